/** How high the source stands, remembered in this browser. */
const STORE = "editor-source-height";
const USUAL = 300;
export const LEAST_HEIGHT = 120;

export function heightOf(): number {
  try {
    const kept = Number(localStorage.getItem(STORE));
    const most = window.innerHeight * 0.8;
    return kept >= LEAST_HEIGHT ? Math.min(kept, most) : USUAL;
  } catch {
    return USUAL;
  }
}

export function keepHeight(height: number): void {
  try {
    localStorage.setItem(STORE, String(height));
  } catch {
    // A forbidden store only costs the next visit a drag.
  }
}
