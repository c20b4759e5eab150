/** The projects that may start the plan: bound or not, changed at once. */
import { useCallback, useEffect, useState } from "react";
import { deleteAt, errorText, getJson, postJson } from "../../shared/api";
import { toast } from "../../shared/ui/toast";
import { type EditorStore, useStore } from "../store";

type Project = { id: number; slug: string; name: string; organization: string; verbs: string[] };

type Binding = { id: number; projectId: number; resourceType: string; resourceSlug: string };

type Listed = { readonly projects: readonly Project[]; readonly bindings: readonly Binding[] };

const TYPE = "activity-plan";

export function PlanSettingsProjects() {
  const store = useStore();
  const [listed, setListed] = useState<Listed | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(async () => {
    try {
      setListed(await list(store));
    } catch (error) {
      setProblem(errorText(error));
    }
  }, [store]);
  useEffect(() => void load(), [load]);
  const change = async (project: Project, binding: Binding | undefined) => {
    setProblem(null);
    try {
      await (binding ? unbind(store, binding) : bind(store, project));
      await load();
      toast(
        binding ? `${project.name} can't start this plan any more.` : `${project.name} may start this plan.`,
        "success",
      );
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  return (
    <div className="field">
      <p className="field-hint">
        A project may start the plan when it is bound. This counts at once, whatever becomes of the draft;
        activities that run go on.
      </p>
      {problem !== null && (
        <p className="notice notice-error" role="alert">
          {problem}
        </p>
      )}
      {listed === null && problem === null && <p className="muted">Loading the projects…</p>}
      <ul className="project-list">
        {listed?.projects.map((project) => {
          const binding = listed.bindings.find(({ projectId }) => projectId === project.id);
          const may = project.verbs.includes("wire");
          return (
            <li key={project.id}>
              <span>
                {project.name} <code>{project.slug}</code>
              </span>
              <span className={binding ? "badge badge-ok" : "badge"}>{binding ? "Bound" : "Not bound"}</span>
              <button
                type="button"
                className="button button-small"
                aria-disabled={!may}
                title={may ? undefined : "Your roles in this project do not allow this."}
                onClick={() => may && void change(project, binding)}
              >
                {binding ? "Unbind" : "Bind"} <span className="sr-only">{project.name}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

type Page<Row> = { readonly results: readonly Row[]; readonly next: string | null };

/** All rows, page after page. */
async function all<Row>(url: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | null = url; next !== null; ) {
    const page: Page<Row> = await getJson<Page<Row>>(next);
    rows.push(...page.results);
    next = page.next;
  }
  return rows;
}

async function list(store: EditorStore): Promise<Listed> {
  const { urls, organization, slug } = store.props;
  const [projects, bindings] = await Promise.all([all<Project>(urls.projects), all<Binding>(urls.bindings)]);
  return {
    projects: projects.filter((project) => project.organization === organization),
    bindings: bindings.filter(
      ({ resourceType, resourceSlug }) => resourceType === TYPE && resourceSlug === slug,
    ),
  };
}

function bind(store: EditorStore, project: Project): Promise<unknown> {
  const { urls, slug } = store.props;
  return postJson(urls.bindings, { projectId: project.id, resourceType: TYPE, resourceSlug: slug });
}

function unbind(store: EditorStore, binding: Binding): Promise<unknown> {
  return deleteAt(store.props.urls.binding.replace("{id}", String(binding.id)));
}
