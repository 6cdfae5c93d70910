/** Copy, paste and duplicate: a fragment is a part of a drawing as JSON text, with ids that are renamed on the way in. */
import type { DrawnNode, Edge, GraphDocument, Group, Note, Place, Position } from "@/api/types";
import { takenIds } from "@/graph/marks";
import { freshTail } from "@/graph/uuid";

const KIND = "mlops/fragment";

export interface Fragment {
  readonly kind: typeof KIND;
  readonly version: 1;
  readonly nodes: Readonly<Record<string, DrawnNode>>;
  readonly edges: readonly Edge[];
  /** Links from steps outside, for pasting with them. */
  readonly incoming?: readonly Edge[];
  readonly layout: Readonly<Record<string, Place>>;
  readonly notes?: Readonly<Record<string, Note>>;
  readonly groups?: Readonly<Record<string, Group>>;
}

export interface Pasted {
  readonly document: GraphDocument;
  readonly ids: readonly string[];
  readonly marks: readonly string[];
}

/** The chosen steps and the links between them, chosen notes, and frames that are chosen or whole. */
export function cutOut(document: GraphDocument, ids: readonly string[], marks: readonly string[] = []): Fragment {
  const chosen = ids.filter((id) => document.nodes[id]);
  const inside = new Set(chosen);
  const notes = pick(document.notes, (id, note) => marks.includes(id) || inside.has(note.node ?? ""));
  const groups = pick(document.groups, (id, group) =>
    marks.includes(id) || ((group.nodes ?? []).length > 0 && (group.nodes ?? []).every((node) => inside.has(node))));
  const all = [...chosen, ...Object.keys(notes), ...Object.keys(groups)];
  return {
    kind: KIND,
    version: 1,
    nodes: Object.fromEntries(chosen.map((id) => [id, document.nodes[id] as DrawnNode])),
    edges: document.edges.filter((edge) => inside.has(edge.source) && inside.has(edge.target)),
    incoming: document.edges.filter((edge) => !inside.has(edge.source) && inside.has(edge.target)),
    layout: Object.fromEntries(all.map((id) => [id, document.layout[id] ?? { x: 0, y: 0 }])),
    notes,
    groups,
  };
}

/** Puts a fragment in, its top left corner at `at`; `withLinks` also from the steps outside that still are there. */
export function paste(document: GraphDocument, fragment: Fragment, at: Position, withLinks = false): Pasted {
  const marks = [...Object.keys(fragment.notes ?? {}), ...Object.keys(fragment.groups ?? {})];
  const all = [...Object.keys(fragment.nodes), ...marks];
  if (all.length === 0) return { document, ids: [], marks: [] };
  const places = all.map((id) => fragment.layout[id] ?? { x: 0, y: 0 });
  const left = Math.min(...places.map((place) => place.x));
  const top = Math.min(...places.map((place) => place.y));
  const renamed = newNames(document, fragment, marks);
  const name = (id: string): string => renamed.get(id) as string;
  const layout: Record<string, Place> = { ...document.layout };
  all.forEach((id, index) => {
    const place = places[index] as Place;
    layout[name(id)] = { ...place, x: at.x + place.x - left, y: at.y + place.y - top };
  });
  const inner = fragment.edges.filter((edge) => renamed.has(edge.source) && renamed.has(edge.target))
    .map((edge) => ({ ...edge, source: name(edge.source), target: name(edge.target) }));
  const outer = (withLinks ? (fragment.incoming ?? []) : []).filter((edge) => document.nodes[edge.source] && renamed.has(edge.target))
    .map((edge) => ({ ...edge, target: name(edge.target) }));
  const ids = Object.keys(fragment.nodes).map(name);
  return {
    document: {
      ...document,
      nodes: { ...document.nodes, ...renameKeys(fragment.nodes, name, (node) => node) },
      edges: [...document.edges, ...inner, ...outer],
      layout,
      notes: { ...document.notes, ...renameKeys(fragment.notes ?? {}, name, (note) => (note.node ? { ...note, node: renamed.get(note.node) ?? "" } : note)) },
      groups: { ...document.groups, ...renameKeys(fragment.groups ?? {}, name, (group) => ({ ...group, nodes: (group.nodes ?? []).flatMap((node) => renamed.get(node) ?? []) })) },
    },
    ids,
    marks: marks.map(name),
  };
}

function newNames(document: GraphDocument, fragment: Fragment, marks: readonly string[]): Map<string, string> {
  const taken = new Set(takenIds(document));
  const renamed = new Map<string, string>();
  const give = (id: string, stem: string): void => {
    const name = freshId(taken, stem);
    taken.add(name);
    renamed.set(id, name);
  };
  for (const [id, node] of Object.entries(fragment.nodes)) give(id, node.component);
  for (const id of marks) give(id, fragment.notes?.[id] ? "note" : "group");
  return renamed;
}

/** `split_data-x7k2`: readable in logs, and never the same for two people who add the same thing at once, or offline. */
export function freshId(taken: ReadonlySet<string>, component: string): string {
  const stem = component.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 90) || "node";
  const id = `${stem}-${freshTail()}`;
  return taken.has(id) ? freshId(taken, component) : id;
}

/** Reads clipboard text; anything that is not a fragment of ours is `null`. */
export function readFragment(text: string): Fragment | null {
  try {
    const value = JSON.parse(text) as Partial<Fragment> | null;
    if (value?.kind !== KIND || value.version !== 1) return null;
    if (!isRecord(value.nodes) || !isRecord(value.layout) || !Array.isArray(value.edges)) return null;
    if (!isRecord(value.notes ?? {}) || !isRecord(value.groups ?? {})) return null;
    const nodes = Object.values(value.nodes) as unknown as Partial<DrawnNode>[];
    return nodes.every((node) => typeof node?.component === "string" && typeof node.version === "string")
      ? (value as Fragment)
      : null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function pick<T>(record: Readonly<Record<string, T>> | undefined, keep: (id: string, value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([id, value]) => keep(id, value)));
}

function renameKeys<T>(record: Readonly<Record<string, T>>, name: (id: string) => string, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([id, value]) => [name(id), change(value)]));
}
