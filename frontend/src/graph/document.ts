/** Reading a document: empty, normalised, equal, and who is wired to whom. Documents are never changed in place. */
import type { DrawnNode, Edge, GraphDocument, Json } from "@/api/types";

export const EMPTY: GraphDocument = { nodes: {}, edges: [], layout: {} };

/** Ids have letters, digits and dashes only, so this text can be taken apart again and is unique. */
export const edgeId = (edge: Edge): string =>
  `${edge.source}.${edge.source_port}>${edge.target}.${edge.target_port}`;

export const nodeIds = (document: GraphDocument): readonly string[] => Object.keys(document.nodes);

export const edgesInto = (document: GraphDocument, node: string): readonly Edge[] =>
  document.edges.filter((edge) => edge.target === node);

export const edgesOutOf = (document: GraphDocument, node: string): readonly Edge[] =>
  document.edges.filter((edge) => edge.source === node);

export const edgeAt = (document: GraphDocument, node: string, port: string): Edge | undefined =>
  document.edges.find((edge) => edge.target === node && edge.target_port === port);

/** Can one walk along the edges from `from` to `to`? True for a node and itself. */
export function leadsTo(document: GraphDocument, from: string, to: string): boolean {
  const next = new Map<string, string[]>();
  for (const edge of document.edges) next.set(edge.source, [...(next.get(edge.source) ?? []), edge.target]);
  const seen = new Set<string>();
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...(next.get(node) ?? []));
  }
  return false;
}

/** Equal up to the order of edges and keys. */
export function sameDocument(a: GraphDocument, b: GraphDocument): boolean {
  return a === b || canonical(a) === canonical(b);
}

const compared = new WeakMap<GraphDocument, WeakMap<GraphDocument, ReadonlySet<string>>>();

/** The nodes whose result may differ from what it was `then`: changed themselves, or after one that changed. */
export function changedSince(now: GraphDocument, then: GraphDocument): ReadonlySet<string> {
  const known = compared.get(now)?.get(then);
  if (known) return known;
  const changed = new Set<string>();
  const open = nodeIds(now).filter((id) => work(now, id) !== work(then, id));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (changed.has(id)) continue;
    changed.add(id);
    open.push(...edgesOutOf(now, id).map((edge) => edge.target));
  }
  const index = compared.get(now) ?? new WeakMap<GraphDocument, ReadonlySet<string>>();
  compared.set(now, index.set(then, changed));
  return changed;
}

function work(document: GraphDocument, node: string): string {
  const drawn = document.nodes[node];
  if (!drawn) return "";
  const inputs = edgesInto(document, node).map(edgeId).sort();
  return sorted([drawn.component, drawn.version, drawn.parameters ?? {}, inputs]);
}

function canonical(document: GraphDocument): string {
  return sorted({
    nodes: Object.fromEntries(Object.entries(document.nodes).map(([id, node]) => [id, plain(node)])),
    edges: document.edges.map(edgeId).sort(),
    layout: document.layout,
    notes: document.notes ?? {},
    groups: Object.fromEntries(
      Object.entries(document.groups ?? {}).map(([id, group]) => [id, { ...group, nodes: [...(group.nodes ?? [])].sort() }]),
    ),
    parameters: document.parameters ?? {},
    defaults: document.defaults ?? {},
  });
}

function plain(node: DrawnNode): Record<string, unknown> {
  const { parameters = {}, title = "", comment = "", mode = "", regenerate = false, pins = {}, demand = {}, ...rest } = node;
  return { ...rest, parameters, title, comment, mode, regenerate, pins, demand };
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}

export const sameValue = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || sorted(a ?? null) === sorted(b ?? null);
