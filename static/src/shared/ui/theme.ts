/** The theme switch: the system's, light, dark; kept in a cookie so that the server draws it before the first paint. */

const THEMES = ["system", "light", "dark"] as const;
const YEAR = 31_536_000;
type Theme = (typeof THEMES)[number];

/** Wire every [data-theme-switch] button and name the present theme in [data-theme-name]. */
export function startTheme(): void {
  name(current());
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-theme-switch]")) return;
    choose(THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length] ?? "system");
  });
}

function current(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function choose(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    keep("", 0);
  } else {
    document.documentElement.dataset.theme = theme;
    keep(theme, YEAR);
  }
  name(theme);
}

function keep(value: string, seconds: number): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari and on plain http
  document.cookie = `theme=${value}; path=/; max-age=${seconds}; samesite=lax`;
}

function name(theme: Theme): void {
  for (const element of document.querySelectorAll("[data-theme-name]")) element.textContent = theme;
}
