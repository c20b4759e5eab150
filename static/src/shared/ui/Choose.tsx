/** A dialog in which one thing of many is chosen: type a few letters, arrows, Enter. */
import { type ReactNode, useId, useState } from "react";
import { Dialog } from "./dialogs";
import { type Ranked, rank } from "./rank";

export type Choice = Ranked & { key: string; icon?: ReactNode };

export type ChooseProps<Item extends Choice> = {
  label: string;
  placeholder: string;
  items: readonly Item[];
  /** What is read where nothing matches. */
  nothing: string;
  onChoose: (item: Item) => void;
  onClose: () => void;
};

const SHOWN = 60;

export function Choose<Item extends Choice>(props: ChooseProps<Item>) {
  const { label, placeholder, items, nothing, onChoose, onClose } = props;
  const [query, setQuery] = useState("");
  const [index, setIndex] = useState(0);
  const id = useId();
  const found = rank(items, query).slice(0, SHOWN);
  const chosen = found[index];
  return (
    <Dialog label={label} onClose={onClose} className="palette">
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-label={label}
        aria-activedescendant={chosen ? `${id}-${index}` : ""}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setIndex(0);
        }}
        onKeyDown={(event) => {
          const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (by !== 0 && found.length > 0) {
            event.preventDefault();
            setIndex((index + by + found.length) % found.length);
          }
          if (event.key === "Enter" && chosen) {
            event.preventDefault();
            onChoose(chosen);
          }
        }}
      />
      <div id={id} role="listbox" aria-label={label} className="palette-list">
        {found.map((item, position) => (
          // The input has the keyboard; a press is for the mouse.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above handles every key
          <div
            key={item.key}
            id={`${id}-${position}`}
            role="option"
            tabIndex={-1}
            aria-selected={position === index}
            onClick={() => onChoose(item)}
          >
            <span className="row">
              {item.icon}
              {item.label}
            </span>
            <span className="muted small">{item.hint}</span>
          </div>
        ))}
        {found.length === 0 && <p className="palette-none">{nothing}</p>}
      </div>
    </Dialog>
  );
}
