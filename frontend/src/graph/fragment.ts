/** Copy, paste and duplicate: a fragment is a part of a drawing as JSON text, with ids that are renamed on the way in. */
import type { DrawnNode, Edge, GraphDocument, Position } from "@/api/types";
import { freshTail } from "@/graph/uuid";

const KIND = "mlops/fragment";

export interface Fragment {
  readonly kind: typeof KIND;
  readonly version: 1;
  readonly nodes: Readonly<Record<string, DrawnNode>>;
  readonly edges: readonly Edge[];
  readonly layout: Readonly<Record<string, Position>>;
}

export interface Pasted {
  readonly document: GraphDocument;
  readonly ids: readonly string[];
}

/** The chosen nodes and the links between them. */
export function cutOut(document: GraphDocument, ids: readonly string[]): Fragment {
  const chosen = ids.filter((id) => document.nodes[id]);
  const inside = new Set(chosen);
  return {
    kind: KIND,
    version: 1,
    nodes: Object.fromEntries(chosen.map((id) => [id, document.nodes[id] as DrawnNode])),
    edges: document.edges.filter((edge) => inside.has(edge.source) && inside.has(edge.target)),
    layout: Object.fromEntries(chosen.map((id) => [id, document.layout[id] ?? { x: 0, y: 0 }])),
  };
}

/** Puts a fragment in, its top left corner at `at`. */
export function paste(document: GraphDocument, fragment: Fragment, at: Position): Pasted {
  const ids = Object.keys(fragment.nodes);
  if (ids.length === 0) return { document, ids: [] };
  const places = ids.map((id) => fragment.layout[id] ?? { x: 0, y: 0 });
  const left = Math.min(...places.map((place) => place.x));
  const top = Math.min(...places.map((place) => place.y));
  const renamed = newNames(document, fragment);
  const nodes: Record<string, DrawnNode> = { ...document.nodes };
  const layout: Record<string, Position> = { ...document.layout };
  ids.forEach((id, index) => {
    const name = renamed.get(id) as string;
    const place = places[index] as Position;
    nodes[name] = fragment.nodes[id] as DrawnNode;
    layout[name] = { x: at.x + place.x - left, y: at.y + place.y - top };
  });
  const edges = fragment.edges.flatMap((edge) => {
    const source = renamed.get(edge.source);
    const target = renamed.get(edge.target);
    return source && target ? [{ ...edge, source, target }] : [];
  });
  return { document: { ...document, nodes, layout, edges: [...document.edges, ...edges] }, ids: [...renamed.values()] };
}

function newNames(document: GraphDocument, fragment: Fragment): Map<string, string> {
  const taken = new Set(Object.keys(document.nodes));
  const renamed = new Map<string, string>();
  for (const [id, node] of Object.entries(fragment.nodes)) {
    const name = freshId(taken, node.component);
    taken.add(name);
    renamed.set(id, name);
  }
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
