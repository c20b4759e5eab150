/** Who else is in the plan, and word of what they save: a websocket that comes back by itself. */
import type { EditorStore, Person } from "../store";

type Down =
  | { type: "people"; people: Person[] }
  | { type: "saved"; versionNumber: number; changeSequence: number; by: string }
  | { type: "heartbeat" };

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** Start; gives the way to stop. `onSaved` hears of versions that others save. */
export function startPresence(
  store: EditorStore,
  onSaved: (by: string, versionNumber: number) => void,
): () => void {
  let socket: WebSocket | null = null;
  let pause = FIRST_PAUSE;
  let timer = 0;
  let stopped = false;
  let told: string | null | undefined;

  const tell = () => {
    const at = store.get().selection.steps[0] ?? null;
    if (at === told || socket?.readyState !== WebSocket.OPEN) return;
    told = at;
    socket.send(JSON.stringify({ type: "at", step: at }));
  };
  const connect = () => {
    const url = new URL(store.props.urls.presence, window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    socket = new WebSocket(url);
    told = undefined;
    socket.onopen = () => {
      pause = FIRST_PAUSE;
      tell();
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Down;
      if (message.type === "people") store.set({ people: message.people });
      if (message.type === "saved" && message.versionNumber > store.get().base.versionNumber)
        onSaved(message.by, message.versionNumber);
    };
    socket.onclose = ({ code }) => {
      store.set({ people: [] });
      if (stopped || (code >= 4400 && code < 4500)) return;
      timer = window.setTimeout(connect, pause);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    };
  };
  connect();
  const unsubscribe = store.subscribe(tell);
  return () => {
    stopped = true;
    unsubscribe();
    window.clearTimeout(timer);
    socket?.close();
  };
}
