/** One value kept in the address after "#", such as #step=review: a deep link that the back button knows. */
import { useCallback, useSyncExternalStore } from "react";

export function useHash(name: string): [string | null, (value: string | null) => void] {
  const read = useCallback(() => readHash(window.location.hash, name), [name]);
  const value = useSyncExternalStore(subscribe, read);
  const write = useCallback(
    (next: string | null) => {
      if (next === readHash(window.location.hash, name)) return;
      const { pathname, search } = window.location;
      window.history.pushState(null, "", pathname + search + writeHash(window.location.hash, name, next));
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    },
    [name],
  );
  return [value, write];
}

/** The value of `name` in a hash, or null. */
export function readHash(hash: string, name: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get(name);
}

/** The hash with `name` set, or taken out by null; "" when nothing is left. */
export function writeHash(hash: string, name: string, value: string | null): string {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  if (value === null) values.delete(name);
  else values.set(name, value);
  const text = values.toString();
  return text === "" ? "" : `#${text}`;
}

function subscribe(listen: () => void): () => void {
  window.addEventListener("hashchange", listen);
  window.addEventListener("popstate", listen);
  return () => {
    window.removeEventListener("hashchange", listen);
    window.removeEventListener("popstate", listen);
  };
}
