/** Drop zones: files dropped on them land in their input; what was chosen is listed with its size. */

/** Wire every [data-dropzone]; each holds one <input type="file">. */
export function startDropzones(): void {
  for (const zone of document.querySelectorAll<HTMLElement>("[data-dropzone]")) {
    const input = zone.querySelector<HTMLInputElement>('input[type="file"]');
    if (input) wire(zone, input);
  }
}

function wire(zone: HTMLElement, input: HTMLInputElement): void {
  const list = document.createElement("ul");
  list.className = "dropzone-list";
  list.setAttribute("aria-live", "polite");
  zone.append(list);
  const mark = (over: boolean) => zone.toggleAttribute("data-over", over);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (!event.dataTransfer) return;
    input.files = together(input, event.dataTransfer.files);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => list.replaceChildren(...[...(input.files ?? [])].map(row)));
}

/** An input that takes many keeps what it had; one that takes one gets the first. */
function together(input: HTMLInputElement, dropped: FileList): FileList {
  const transfer = new DataTransfer();
  const files = input.multiple ? [...(input.files ?? []), ...dropped] : [...dropped].slice(0, 1);
  for (const file of files) transfer.items.add(file);
  return transfer.files;
}

function row(file: File): HTMLElement {
  const element = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const size = document.createElement("span");
  size.className = "muted num";
  size.textContent = sizeText(file.size);
  element.append(name, size);
  return element;
}

/** Bytes as a person reads them: "812 B", "34 kB", "2.1 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
