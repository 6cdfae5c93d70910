/** All that the designer's views show, in one immutable value. */
import type {
  Edge, GitLink, GraphDocument, InsideOf, Person, Position, Problem, Project, Run, Shapes, Step,
} from "@/api/types";
import type { Connection } from "@/api/notices";
import { summed } from "@/designer/summed";
import type { Look } from "@/designer/look";
import type { Catalogue } from "@/graph/catalogue";
import type { End } from "@/graph/connect";
import type { History } from "@/graph/history";

export type SaveState =
  | { readonly kind: "saved"; readonly at: string }
  | { readonly kind: "saving" }
  | {
    readonly kind: "error"; readonly reason: string; readonly retrying: boolean;
    /** Changes that are kept in this browser until they can be sent, and since when. */
    readonly waiting: number; readonly since: string; readonly isKept: boolean;
  };

/** What of the drawing a run is asked for. */
export type Scope = "all" | "to" | "from" | "only" | "changed";

export type Dialog =
  | { readonly kind: "submit"; readonly scope?: Scope; readonly nodes?: readonly string[] }
  | { readonly kind: "note"; readonly note: string }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "insert"; readonly edge: string }
  | { readonly kind: "replace"; readonly node: string }
  | { readonly kind: "revisions" }
  | { readonly kind: "shortcuts" }
  | { readonly kind: "commands" }
  | { readonly kind: "rename"; readonly node: string }
  | { readonly kind: "columns"; readonly node: string; readonly parameter: string }
  | { readonly kind: "bind"; readonly node: string; readonly parameter: string }
  | { readonly kind: "parameters" }
  | { readonly kind: "publish" }
  | { readonly kind: "collapse" }
  | { readonly kind: "update"; readonly node: string }
  | { readonly kind: "gone"; readonly reason: string }
  /** Add a step: anything, or (`from`) what a dangling link could go to. */
  | { readonly kind: "add"; readonly at: Position | null; readonly from: End | null };

export interface Menu {
  readonly x: number;
  readonly y: number;
  readonly flow: Position;
}

export type Tab = "parameters" | "outputs" | "info";

export interface State {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly project: Project;
  readonly canEdit: boolean;
  /** A run as submitted, to be looked at only. */
  readonly isRunView: boolean;
  readonly insideOf: InsideOf | null;
  readonly catalogue: Catalogue;
  readonly history: History;
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  /** The chosen notes and groups. */
  readonly marks: readonly string[];
  readonly look: Look;
  /** What is looked for in the drawing; null while nobody searches. */
  readonly find: string | null;
  readonly problems: readonly Problem[];
  readonly shapes: Shapes;
  readonly save: SaveState;
  readonly connection: Connection;
  /** Who else has the draft open. */
  readonly people: readonly Person[];
  /** The file that the draft is kept the same as. */
  readonly git: GitLink | null;
  /** `NODE/PARAMETER` of the setting that the keyboard is in. */
  readonly field: string;
  readonly run: Run | null;
  readonly submitted: GraphDocument | null;
  readonly view: "canvas" | "list";
  readonly tab: Tab;
  readonly linking: End | null;
  /** The far end that the keyboard points at while a link is drawn without a mouse. */
  readonly pointed: End | null;
  readonly linkedByKeyboard: boolean;
  readonly drawer: { readonly node: string; readonly port: string } | null;
  readonly dialog: Dialog | null;
  readonly menu: Menu | null;
  readonly sheet: "palette" | "pane" | null;
  readonly focus: { readonly node: string; readonly parameter: string; readonly token: number } | null;
  readonly announcement: string;
  readonly toast: { readonly text: string; readonly kind: "info" | "error" } | null;
}

export const documentOf = (state: State): GraphDocument => state.history.present;
export const onlyNode = (state: State): string | null => (state.nodes.length === 1 ? (state.nodes[0] ?? null) : null);

const steps = new WeakMap<Run, ReadonlyMap<string, Step>>();
const NO_STEPS: ReadonlyMap<string, Step> = new Map();

/** The steps of the run by node. */
export function stepsOf(state: State): ReadonlyMap<string, Step> {
  if (!state.run) return NO_STEPS;
  const known = steps.get(state.run);
  if (known) return known;
  const index = new Map([...summed(state.run.steps), ...state.run.steps].map((step) => [step.node, step]));
  steps.set(state.run, index);
  return index;
}

export const stepOf = (state: State, node: string): Step | undefined => stepsOf(state).get(node);

const NONE: readonly Problem[] = [];
const byNode = new WeakMap<readonly Problem[], Map<string, Problem[]>>();

/** The problems of one node; the same array for the same answer of the server. */
export function problemsOf(state: State, node: string): readonly Problem[] {
  let index = byNode.get(state.problems);
  if (!index) {
    index = new Map();
    for (const problem of state.problems) {
      const place = problem.where?.node;
      if (place) index.set(place, [...(index.get(place) ?? []), problem]);
    }
    byNode.set(state.problems, index);
  }
  return index.get(node) ?? NONE;
}

export const isBlocking = (problem: Problem): boolean => (problem.severity ?? "error") === "error";

/** The schema that flows into an input port, as far as it is known before anything runs. */
export function schemaInto(state: State, node: string, port: string): Shapes[string][string]["table"] {
  const edge: Edge | undefined = documentOf(state).edges.find((each) => each.target === node && each.target_port === port);
  return edge ? (state.shapes[edge.source]?.[edge.source_port]?.table ?? null) : null;
}
