/** The code editor is a big script: it is fetched when the first field of code shows, once. */
import { useEffect, useState } from "react";

type Setup = typeof import("./setup");

let loading: Promise<Setup> | null = null;
let loaded: Setup | null = null;

/** Fetch it; a failure is forgotten, so that the next field tries again. */
export function loadSetup(): Promise<Setup> {
  loading ??= import("./setup").then(
    (setup) => {
      loaded = setup;
      return setup;
    },
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** Null until it is there; where it can't be fetched a plain field of text has to do. */
export function useSetup(): Setup | null {
  const [setup, setSetup] = useState(loaded);
  useEffect(() => {
    if (setup) return;
    let wanted = true;
    loadSetup().then(
      (found) => wanted && setSetup(found),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [setup]);
  return setup;
}
