/** The plan and its history in this browser (IndexedDB): what a killed tab or a dead server leaves behind. */
import type { Kept } from "../model/history";
import type { Plan } from "../model/plan";
import type { Notation } from "../props";

export type Local = {
  readonly plan: Plan;
  readonly history: Kept;
  readonly source: string;
  readonly notation: Notation;
  /** The version it began from. */
  readonly versionNumber: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the server has it as the person's draft, or as a version. */
  readonly onServer: boolean;
};

const STORE = "plans";

/** Null where nothing is kept, or the browser keeps nothing (a private window). */
export async function recallLocal(key: string): Promise<Local | null> {
  try {
    const found = await request<Local | undefined>("readonly", (store) => store.get(key));
    return found ?? null;
  } catch {
    return null;
  }
}

/** False where the browser keeps nothing. */
export async function keepLocal(key: string, local: Local): Promise<boolean> {
  try {
    await request("readwrite", (store) => store.put(local, key));
    return true;
  } catch {
    return false;
  }
}

export async function forgetLocal(key: string): Promise<void> {
  try {
    await request("readwrite", (store) => store.delete(key));
  } catch {
    // Nothing was kept, so nothing is left.
  }
}

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const opening = indexedDB.open("throughline-editor", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  return opened;
}

async function request<Value>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<Value> {
  const store = (await database()).transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  return new Promise((resolve, reject) => {
    const asked = ask(store);
    asked.onsuccess = () => resolve(asked.result as Value);
    asked.onerror = () => reject(asked.error);
  });
}
