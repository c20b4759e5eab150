/** The versions of the plan: what changed in each, bring one back, compare, publish, take as a file. */
import { useEffect, useState } from "react";
import { errorText, getJson, postJson } from "../../shared/api";
import { Exact, Icon } from "../../shared/ui/bits";
import { Dialog } from "../../shared/ui/dialogs";
import { toast } from "../../shared/ui/toast";
import { replacePlan } from "../commands/replacePlan";
import { useEditor, useStore } from "../store";
import { getVersion } from "../sync/saving";

type Version = {
  number: number;
  note: string;
  changes: string[];
  errors: number;
  author: string | null;
  published: boolean;
  createdAt: string;
};
type Page = { next: string | null; results: Version[] };

export function VersionsDialog() {
  const store = useStore();
  const published = useEditor((state) => state.publishedVersionNumber);
  const [versions, setVersions] = useState<readonly Version[]>([]);
  const [next, setNext] = useState<string | null>(store.props.urls.versions);
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => store.set({ dialog: null });
  const more = async (url: string) => {
    try {
      const page = await getJson<Page>(url);
      setVersions((before) => [...before, ...page.results]);
      setNext(page.next);
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first page is read once
  useEffect(() => void more(store.props.urls.versions), []);
  const restore = async (number: number) => {
    try {
      const document = await getVersion(store, number);
      store.do(`Bring version ${number} back`, (plan) => replacePlan(plan, document));
      toast(
        `Version ${number} is on the canvas. Save it to make it the newest; Undo takes it back.`,
        "success",
      );
      close();
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  const publish = async (number: number) => {
    setProblem(null);
    try {
      await postJson(store.props.urls.publish, { versionNumber: number });
      store.set({ publishedVersionNumber: number });
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  return (
    <Dialog label="Versions" onClose={close} className="dialog-wide">
      <h2>Versions</h2>
      {problem !== null && (
        <p className="notice notice-error" role="alert">
          {problem}
        </p>
      )}
      <ol className="versions">
        {versions.map((version) => (
          <li key={version.number} className="version">
            <div>
              <p className="row">
                <strong className="num">Version {version.number}</strong>
                {version.number === published && <span className="badge badge-ok">published</span>}
                {version.errors > 0 && <span className="badge badge-danger">has errors</span>}
                <span className="muted small">
                  {version.author} <Exact at={version.createdAt} />
                </span>
              </p>
              {version.note !== "" && <p>{version.note}</p>}
              <ul className="rewrite-list small">
                {version.changes.map((change) => (
                  <li key={change}>{change}</li>
                ))}
              </ul>
            </div>
            <div className="row">
              <a
                className="button button-small"
                href={`${store.props.urls.plan}compare/?from=${version.number}&to=${store.props.versionNumber}`}
              >
                Compare
              </a>
              <button
                type="button"
                className="button button-small"
                onClick={() => void restore(version.number)}
              >
                Bring back
              </button>
              {version.number !== published && version.errors === 0 && (
                <button
                  type="button"
                  className="button button-small"
                  onClick={() => void publish(version.number)}
                >
                  Publish
                </button>
              )}
            </div>
          </li>
        ))}
      </ol>
      <div className="dialog-actions">
        {next !== null && versions.length > 0 && (
          <button type="button" className="button" onClick={() => void more(next)}>
            Show older versions
          </button>
        )}
        <a className="button" href={`${store.props.urls.plan}source.yaml`}>
          <Icon name="download" />
          Download YAML
        </a>
        <a className="button" href={`${store.props.urls.plan}source.json`}>
          <Icon name="download" />
          Download JSON
        </a>
        <button type="button" className="button button-primary" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
