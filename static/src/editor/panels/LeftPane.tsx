/** The left pane: what can be added, the outline of the plan, what is wrong with it. */
import { useEditor, useStore } from "../store";
import { Findings } from "./Findings";
import { Outline } from "./Outline";
import { Palette } from "./Palette";

const TABS = [
  { key: "palette", word: "Steps" },
  { key: "outline", word: "Outline" },
  { key: "findings", word: "Findings" },
] as const;

export function LeftPane() {
  const store = useStore();
  const left = useEditor((state) => state.left);
  const found = useEditor((state) => state.look.findings.length);
  return (
    <aside className="editor-left" aria-label="Steps, outline and findings">
      <div className="tabs" role="tablist">
        {TABS.map(({ key, word }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`tab-${key}`}
            aria-controls="editor-left-panel"
            aria-selected={left === key}
            onClick={() => store.set({ left: key })}
          >
            {word}
            {key === "findings" && found > 0 && <span className="count">{found}</span>}
          </button>
        ))}
      </div>
      <div id="editor-left-panel" role="tabpanel" aria-labelledby={`tab-${left}`} className="editor-pane">
        {left === "palette" && <Palette />}
        {left === "outline" && <Outline />}
        {left === "findings" && <Findings />}
      </div>
    </aside>
  );
}
