/** Calls of the REST API from the page's own origin; every failure is an `ApiProblem` that says what and what to do. */
import { _ } from "@/i18n";
import type {
  Component, ComponentDifference, ComponentVersion, Demand, Draft, Examined, Fit, GitLink, GraphDocument, HistoryPage, LinkUse, LogPage, News, Output, Palette, Person, Pool, Problem, Publication, Published, PublishedEndpoint, Revision, Run, Saved, Shapes, Steps, Where,
} from "@/api/types";
import type { Part, RunPlan, Submission } from "@/api/plan";
import type { Looking } from "@/designer/presence";
import type { Exposed } from "@/designer/subgraphs";
import type { Derived, Family, InferenceKind, Package } from "@/inference/types";
import { labelsText } from "@/graph/demand";
import type { Operation } from "@/graph/history";

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string = "",
    readonly where: Where = {},
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
  }

  /** Nothing answered, or the server was not able to: trying again may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  constructor(private readonly root: string) {}

  draft = (id: string): Promise<Draft> => this.send("GET", `drafts/${id}/`);
  palette = (project: string): Promise<Palette> => this.send("GET", `palette/?project=${encodeURIComponent(project)}`);
  saveDocument = (id: string, base_revision: number, document: GraphDocument, label: string): Promise<Saved> =>
    this.send("PUT", `drafts/${id}/document/`, { base_revision, document, label });
  operations = (id: string, after: number): Promise<News> => this.send("GET", `drafts/${id}/operations/?after=${after}`);
  sendOperations = (id: string, after: number, operations: readonly Operation[], keepalive = false): Promise<News> =>
    this.send("POST", `drafts/${id}/operations/`, { after, operations }, { keepalive });
  steps = (id: string, before?: number): Promise<Steps> =>
    this.send("GET", `drafts/${id}/steps/${before === undefined ? "" : `?before=${before}`}`);
  gitLink = (id: string): Promise<{ readonly link: GitLink | null }> => this.send("GET", `drafts/${id}/git/`);
  examined = (id: string): Promise<Examined> => this.send("GET", `drafts/${id}/examined/`);
  people = async (id: string, tab: string): Promise<readonly Person[]> =>
    (await this.send<{ people: readonly Person[] }>("GET", `drafts/${id}/presence/?tab=${tab}`)).people;
  bePresent = async (id: string, tab: string, looking: Looking): Promise<readonly Person[]> =>
    (await this.send<{ people: readonly Person[] }>("PUT", `drafts/${id}/presence/`, { tab, ...looking })).people;
  leave = (id: string, tab: string): Promise<void> =>
    this.send("DELETE", `drafts/${id}/presence/?tab=${tab}`, undefined, { keepalive: true });
  history = (id: string, before: number | null): Promise<HistoryPage> =>
    this.send("GET", `drafts/${id}/history/${before === null ? "" : `?before=${before}`}`);
  nameVersion = (id: string, name: string, revision: number): Promise<unknown> =>
    this.send("POST", `drafts/${id}/versions/`, { name, revision });
  createDraft = (project: string, name: string): Promise<Draft> => this.send("POST", "drafts/", { project, name });
  renameDraft = (id: string, name: string): Promise<Draft> => this.send("PATCH", `drafts/${id}/`, { name });
  /** The revisions before one, the newest first. */
  revisions = async (id: string, before: number): Promise<readonly Revision[]> =>
    (await this.send<{ results: readonly Revision[] }>("GET", `drafts/${id}/revisions/?before=${before}`)).results;
  collapse = (id: string, body: { readonly nodes: readonly string[]; readonly name: string; readonly title: string; readonly exposed: readonly Exposed[] }): Promise<Component> =>
    this.send("POST", `drafts/${id}/collapse/`, body);
  createComponent = (body: object): Promise<{ readonly id: string; readonly version: string }> => this.send("POST", "components/", body);
  tryComponent = (body: object): Promise<{ readonly id: string; readonly node: string }> => this.send("POST", "components/try/", body);
  saveInside = (id: string): Promise<Component> => this.send("POST", `drafts/${id}/component/`, {});
  openInside = (component: string, version: string): Promise<{ id: string; url: string }> =>
    this.send("POST", `components/${component}/versions/${encodeURIComponent(version)}/open/`, {});
  componentVersion = (component: string, version: string): Promise<ComponentVersion> =>
    this.send("GET", `components/${component}/versions/${encodeURIComponent(version)}/`);
  componentDifference = (component: string, a: string, b: string): Promise<ComponentDifference> =>
    this.send("GET", `components/${component}/difference/?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`);
  restore = (id: string, revision: number): Promise<Draft> => this.send("POST", `drafts/${id}/restore/`, { revision });
  cloneDraft = (id: string): Promise<{ id: string; url: string }> => this.send("POST", `drafts/${id}/clone/`, {});
  submit = (id: string, asked: Submission): Promise<{ id: string; number: number; url: string }> =>
    this.send("POST", `drafts/${id}/submit/`, asked);
  /** What a submit would do now. */
  plan = (id: string, asked: Part): Promise<RunPlan> => this.send("POST", `drafts/${id}/plan/`, asked);
  experiments = async (project: string): Promise<readonly { readonly name: string }[]> =>
    (await this.send<{ results: readonly { name: string }[] }>(
      "GET", `experiments/?project=${encodeURIComponent(project)}`,
    )).results;
  run = (id: string): Promise<Run> => this.send("GET", `runs/${id}/`);
  /** As it was submitted; `components`: those of a job that are none of the project. */
  runDocument = (id: string): Promise<{ document: GraphDocument; shapes: Shapes; components?: readonly Component[] }> =>
    this.send("GET", `runs/${id}/document/`);
  linkUses = async (project: string): Promise<readonly LinkUse[]> =>
    (await this.send<{ results: readonly LinkUse[] }>("GET", `palette/links/?project=${encodeURIComponent(project)}`)).results;
  /** A table's file as a whole; the answer says how it was read. */
  upload = (project: string, file: File): Promise<{ readonly id: string }> => {
    const form = new FormData();
    form.set("project", project);
    form.set("file", file);
    return this.send("POST", "uploads/", form);
  };
  /** Pipelines as YAML or zip become a draft. */
  importFiles = (project: string, files: readonly File[]): Promise<{ readonly url: string; readonly warnings: readonly string[] }> => {
    const form = new FormData();
    form.set("project", project);
    for (const file of files) form.append("files", file);
    return this.send("POST", "drafts/import/", form);
  };
  createDataset = (project: string, name: string, upload: string): Promise<unknown> =>
    this.send("POST", "datasets/", { project, name, upload });
  pools = async (): Promise<readonly Pool[]> => (await this.send<{ results: readonly Pool[] }>("GET", "pools/")).results;
  fit = ({ labels, ...amounts }: Demand): Promise<Fit> => {
    const asked = new URLSearchParams(Object.entries(amounts).map(([name, value]): [string, string] => [name, String(value)]));
    if (labels) asked.set("labels", labelsText(labels));
    return this.send("GET", `workers/fit/?${asked.toString()}`);
  };
  me = (): Promise<{ readonly name: string }> => this.send("GET", "me/");
  cancelRun = (id: string): Promise<unknown> => this.send("POST", `runs/${id}/cancel/`, {});
  cloneRun = (id: string): Promise<{ id: string; url: string }> => this.send("POST", `runs/${id}/clone/`, {});
  log = (run: string, node: string, after: number): Promise<LogPage> =>
    this.send("GET", `runs/${run}/steps/${encodeURIComponent(node)}/log/?after=${after}`);
  output = (run: string, node: string, port: string, offset: number, limit: number): Promise<Output> =>
    this.send(
      "GET",
      `runs/${run}/steps/${encodeURIComponent(node)}/outputs/${encodeURIComponent(port)}/?offset=${offset}&limit=${limit}`,
    );

  inference = (id: string): Promise<Family> => this.send("GET", `drafts/${id}/inference/`);
  createInference = (id: string, kind: InferenceKind, score: string): Promise<Derived> =>
    this.send("POST", `drafts/${id}/inference/`, { kind, score });
  updateInference = (id: string): Promise<Derived> => this.send("POST", `drafts/${id}/inference/update/`, {});
  packages = async (run: string): Promise<readonly Package[]> =>
    (await this.send<{ results: readonly Package[] }>("GET", `runs/${run}/packages/`)).results;
  packagePipeline = (run: string, name: string): Promise<Package> => this.send("POST", `runs/${run}/packages/`, { name });

  /** The draft as a zip; `form` is `yaml` or `python`. */
  pipelineEndpoints = async (project: string): Promise<readonly PublishedEndpoint[]> =>
    (await this.send<{ results: readonly PublishedEndpoint[] }>(
      "GET", `pipeline-endpoints/?project=${encodeURIComponent(project)}`,
    )).results;
  publish = (id: string, asked: Publication): Promise<Published> => this.send("POST", `drafts/${id}/publish/`, asked);
  exported = async (id: string, form: string): Promise<{ readonly name: string; readonly content: Blob }> => {
    const answer = await reach(`${this.root}drafts/${id}/export/?form=${form}`, { credentials: "same-origin" });
    if (!answer.ok) throw await problemOf(answer);
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `pipeline-${form}.zip`;
    return { name, content: await answer.blob() };
  };

  private async send<T>(method: string, path: string, body?: unknown, more: RequestInit = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = cookie("csrftoken");
    if (body !== undefined && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
    const answer = await reach(this.root + path, {
      ...more, method, headers, credentials: "same-origin",
      body: body === undefined ? null : body instanceof FormData ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw await problemOf(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) });
  } catch {
    throw new ApiProblem(0, "unreachable", _("The server does not answer."), _("Check that it is running."));
  }
}

async function problemOf(answer: Response): Promise<ApiProblem> {
  const body = (await answer.json().catch(() => ({}))) as {
    code?: string; detail?: string; hint?: string; where?: Where; problems?: readonly Problem[];
  };
  const detail = body.detail ?? _("The server answered %(status)s.", { status: answer.status });
  return new ApiProblem(answer.status, body.code ?? "http", detail, body.hint, body.where, body.problems);
}

/** CSRF is read from the cookie, or from a `csrfmiddlewaretoken` field where the cookie is not readable. */
export function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  if (found) return decodeURIComponent(found.slice(name.length + 1));
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

export function reasonOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.hint ? `${error.message} ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
