/** Layered layout, top to bottom: longest path gives the layer, medians of the neighbours the order within it.
 * A link that passes layers keeps a narrow place free in each of them, so that it runs beside the cards. */
import type { GraphDocument, Position } from "@/api/types";
import { nodeIds } from "@/graph/document";
import { CARD_HEIGHT, CARD_WIDTH, snap } from "@/graph/size";

const GAP_X = 40;
const GAP_Y = 60;
const SWEEPS = 9;

const BEND = "\u0000";
const BEND_WIDTH = 160;
/** Long links are drawn straight in preference to short ones. */
const BEND_WEIGHT = 8;

const widthOf = (node: string): number => (node.startsWith(BEND) ? BEND_WIDTH : CARD_WIDTH);

interface Neighbours {
  readonly above: ReadonlyMap<string, readonly string[]>;
  readonly below: ReadonlyMap<string, readonly string[]>;
}

/** Positions for every node; pure, the same drawing gives the same picture. */
export function layOut(document: GraphDocument): Record<string, Position> {
  const direct = neighboursOf(document);
  const { layers: drawn, neighbours } = withBends(layersOf(document, direct), direct);
  const layers = orderLayers(drawn, neighbours);
  const x = placeAcross(layers, neighbours);
  const places: Record<string, Position> = {};
  layers.forEach((layer, depth) => {
    for (const node of layer) if (document.nodes[node]) places[node] = { x: snap((x.get(node) ?? 0) - CARD_WIDTH / 2), y: snap(depth * (CARD_HEIGHT + GAP_Y)) };
  });
  return places;
}

function neighboursOf(document: GraphDocument): Neighbours {
  const above = new Map<string, string[]>();
  const below = new Map<string, string[]>();
  for (const id of nodeIds(document)) {
    above.set(id, []);
    below.set(id, []);
  }
  for (const edge of document.edges) {
    above.get(edge.target)?.push(edge.source);
    below.get(edge.source)?.push(edge.target);
  }
  return { above, below };
}

/** A source sits directly above its nearest user rather than at the very top. */
function layersOf(document: GraphDocument, { above, below }: Neighbours): string[][] {
  const ids = nodeIds(document);
  const depth = depths(ids, above);
  for (const id of ids) {
    const users = below.get(id) ?? [];
    if ((above.get(id) ?? []).length > 0 || users.length === 0) continue;
    depth.set(id, Math.max(0, Math.min(...users.map((user) => depth.get(user) ?? 0)) - 1));
  }
  const layers: string[][] = [];
  for (const id of ids) (layers[depth.get(id) ?? 0] ??= []).push(id);
  return Array.from(layers, (layer) => layer ?? []);
}

function depths(ids: readonly string[], above: Neighbours["above"]): Map<string, number> {
  const depth = new Map<string, number>();
  const waiting = new Set<string>();
  const find = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    if (waiting.has(id)) return 0; // a circle, which the server refuses: drawn all the same
    waiting.add(id);
    const value = Math.max(-1, ...(above.get(id) ?? []).map(find)) + 1;
    depth.set(id, value);
    return value;
  };
  ids.forEach(find);
  return depth;
}

/** Replaces each link over several layers by a chain through places of its own. */
function withBends(layers: string[][], direct: Neighbours): { readonly layers: string[][]; readonly neighbours: Neighbours } {
  const depth = new Map(layers.flatMap((layer, index) => layer.map((id) => [id, index] as const)));
  const result = layers.map((layer) => [...layer]);
  const above = new Map<string, string[]>([...depth.keys()].map((id) => [id, []]));
  const below = new Map<string, string[]>([...depth.keys()].map((id) => [id, []]));
  const join = (from: string, to: string): void => {
    below.set(from, [...(below.get(from) ?? []), to]);
    above.set(to, [...(above.get(to) ?? []), from]);
  };
  for (const [target, sources] of direct.above) {
    sources.forEach((source, count) => {
      let last = source;
      for (let at = (depth.get(source) ?? 0) + 1; at < (depth.get(target) ?? 0); at += 1) {
        const bend = `${BEND}${source} ${target} ${count} ${at}`;
        result[at]?.push(bend);
        join(last, bend);
        last = bend;
      }
      join(last, target);
    });
  }
  return { layers: result, neighbours: { above, below } };
}

function orderLayers(layers: string[][], { above, below }: Neighbours): string[][] {
  let ordered = layers;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    ordered = byMedians(ordered, down ? above : below, down);
  }
  return ordered;
}

function byMedians(layers: string[][], fixed: Neighbours["above"], down: boolean): string[][] {
  const place = new Map<string, number>();
  const remember = (layer: readonly string[]): void => layer.forEach((id, index) => place.set(id, index));
  layers.forEach(remember);
  const result = [...layers];
  const order = down ? layers.keys() : [...layers.keys()].reverse();
  for (const index of order) {
    const layer = result[index] ?? [];
    const key = new Map(layer.map((id) => [id, middle((fixed.get(id) ?? []).map((n) => place.get(n) ?? 0), place.get(id) ?? 0)]));
    result[index] = [...layer].sort((a, b) => (key.get(a) ?? 0) - (key.get(b) ?? 0));
    remember(result[index]);
  }
  return result;
}

function placeAcross(layers: string[][], { above, below }: Neighbours): Map<string, number> {
  const x = new Map<string, number>();
  for (const layer of layers) {
    let left = 0;
    for (const id of layer) {
      x.set(id, left + widthOf(id) / 2);
      left += widthOf(id) + GAP_X;
    }
    for (const id of layer) x.set(id, (x.get(id) ?? 0) - left / 2);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    const order = down ? layers : [...layers].reverse();
    for (const layer of order) straighten(layer, down ? above : below, x);
  }
  return x;
}

/** Pulls every node towards the mean of its neighbours, keeping order and distance. */
function straighten(layer: readonly string[], fixed: Neighbours["above"], x: Map<string, number>): void {
  const pull = (a: string, b: string): number => (a.startsWith(BEND) || b.startsWith(BEND) ? BEND_WEIGHT : 1);
  const wanted = layer.map((id) => mean((fixed.get(id) ?? []).map((n) => [x.get(n) ?? 0, pull(id, n)] as const), x.get(id) ?? 0));
  const step = (i: number): number => (widthOf(layer[i - 1] as string) + widthOf(layer[i] as string)) / 2 + GAP_X;
  const forth = [...wanted];
  for (let i = 1; i < forth.length; i += 1) forth[i] = Math.max(forth[i] as number, (forth[i - 1] as number) + step(i));
  const back = [...wanted];
  for (let i = back.length - 2; i >= 0; i -= 1) back[i] = Math.min(back[i] as number, (back[i + 1] as number) - step(i + 1));
  layer.forEach((id, i) => x.set(id, ((forth[i] as number) + (back[i] as number)) / 2));
}

function middle(values: readonly number[], otherwise: number): number {
  if (values.length === 0) return otherwise;
  const ordered = [...values].sort((a, b) => a - b);
  const half = Math.floor(ordered.length / 2);
  return ordered.length % 2 ? (ordered[half] as number) : ((ordered[half - 1] as number) + (ordered[half] as number)) / 2;
}

function mean(values: readonly (readonly [value: number, weight: number])[], otherwise: number): number {
  const weight = values.reduce((sum, [, each]) => sum + each, 0);
  return weight ? values.reduce((sum, [value, each]) => sum + value * each, 0) / weight : otherwise;
}
