/** The plan editor: palette, canvas, inspector, and what lies below; one store under all of it. */
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";
import { getJson } from "../shared/api";
import { toast } from "../shared/ui/toast";
import { useArrange } from "./canvas/CanvasControls";
import { EditorCanvas } from "./canvas/EditorCanvas";
import "./editor.css";
import { useKeys } from "./keys";
import type { Catalog } from "./model/catalog";
import { Bar } from "./panels/Bar";
import { Dialogs } from "./panels/Dialogs";
import { Inspector } from "./panels/Inspector";
import { LeftPane } from "./panels/LeftPane";
import { SourcePane } from "./panels/SourcePane";
import type { EditorProps } from "./props";
import { EditorStore, StoreContext, useEditor } from "./store";
import { startKeeping, whereToBegin } from "./sync/draft";
import { startLooking } from "./sync/look";
import { startPresence } from "./sync/presence";

export function Editor(props: EditorProps) {
  const [store, setStore] = useState<EditorStore | null>(null);
  useEffect(() => {
    let stop = () => {};
    let wanted = true;
    void begin(props).then((begun) => {
      if (!wanted) return;
      stop = connect(begun);
      setStore(begun);
    });
    return () => {
      wanted = false;
      stop();
    };
  }, [props]);
  if (!store)
    return (
      <p className="canvas-words" role="status">
        Opening the plan…
      </p>
    );
  return (
    <StoreContext value={store}>
      <ReactFlowProvider>
        <Frame />
      </ReactFlowProvider>
    </StoreContext>
  );
}

function Frame() {
  useKeys(useArrange());
  return (
    <div className="editor">
      <Bar />
      <div className="editor-body">
        <LeftPane />
        <div className="editor-middle">
          <EditorCanvas />
          <SourcePane />
        </div>
        <Inspector />
      </div>
      <Dialogs />
      <Said />
    </div>
  );
}

/** What was just done, for screen readers. */
function Said() {
  const said = useEditor((state) => state.said);
  return (
    <p key={said.count} className="sr-only" role="status">
      {said.text}
    </p>
  );
}

async function begin(props: EditorProps): Promise<EditorStore> {
  const { plan, local, versionNumber, source } = await whereToBegin(props);
  const store = new EditorStore(props, plan, local?.history);
  store.set({ source: source ?? props.source, base: { ...store.get().base, versionNumber } });
  if (versionNumber !== props.versionNumber) {
    // The draft began from an older version: saving it is a merge, and must be told as one.
    store.set({
      base: { versionNumber, changeSequence: props.changeSequence - 1, document: props.document },
    });
  }
  return store;
}

function connect(store: EditorStore): () => void {
  const stops = [
    startLooking(store),
    startKeeping(store),
    startPresence(store, (by, version) =>
      toast(`${by} saved version ${version}. Saving yours will show both.`, "info"),
    ),
  ];
  void getJson<Catalog>(store.props.urls.catalog)
    .then((catalog) => store.set({ catalog }))
    .catch(() => toast("What plans can refer to could not be loaded; pickers take texts.", "warning"));
  return () => {
    for (const stop of stops) stop();
  };
}
