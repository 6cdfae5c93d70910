/** The drawing as flat numbers, for painting thousands of cards in one pass: rebuilt when the drawing changes, never per frame. */
import type { GraphDocument, Place } from "@/api/types";
import type { State } from "@/designer/state";
import { isBlocking, stepsOf } from "@/designer/state";
import { type Catalogue, componentOf, inputsOf, outputsOf } from "@/graph/catalogue";
import { CARD_WIDTH, heightOf, portShare } from "@/graph/size";

export type Tone = "muted" | "danger" | "info" | "ok" | "warn" | "off";

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Scene {
  readonly cards: readonly Box[];
  /** x and y of both ends, four numbers a link. */
  readonly lines: Float32Array;
  /** Which cards each link joins, two indices a link. */
  readonly joins: Int32Array;
  readonly frames: readonly (Box & { readonly title: string })[];
  readonly notes: readonly Box[];
}

export function sceneOf(catalogue: Catalogue, document: GraphDocument): Scene {
  const cards = Object.keys(document.nodes).map((id) => boxOf(id, document.layout[id]));
  const index = new Map(cards.map((card, at) => [card.id, at]));
  const lines = new Float32Array(document.edges.length * 4);
  const joins = new Int32Array(document.edges.length * 2);
  document.edges.forEach((edge, at) => {
    const from = index.get(edge.source);
    const to = index.get(edge.target);
    const a = cards[from ?? -1];
    const b = cards[to ?? -1];
    joins.set([from ?? -1, to ?? -1], at * 2);
    if (!a || !b) return;
    const outputs = outputsOf(componentOf(catalogue, document.nodes[edge.source]));
    const inputs = inputsOf(componentOf(catalogue, document.nodes[edge.target]));
    const out = Math.max(0, outputs.findIndex((port) => port.name === edge.source_port));
    const into = Math.max(0, inputs.findIndex((port) => port.name === edge.target_port));
    lines.set([
      a.x + CARD_WIDTH * portShare(out, Math.max(1, outputs.length)), a.y + a.height,
      b.x + CARD_WIDTH * portShare(into, Math.max(1, inputs.length)), b.y,
    ], at * 4);
  });
  const frames = Object.entries(document.groups ?? {}).map(([id, group]) => ({ ...boxOf(id, document.layout[id]), title: group.title ?? "" }));
  const notes = Object.keys(document.notes ?? {}).map((id) => boxOf(id, document.layout[id]));
  return { cards, lines, joins, frames, notes };
}

const boxOf = (id: string, place: Place | undefined): Box =>
  ({ id, x: place?.x ?? 0, y: place?.y ?? 0, width: place?.width ?? CARD_WIDTH, height: place?.height ?? heightOf(place) });

/** What colour says about each node, as on the cards: problems before the state of the run. */
export function tonesOf(state: State): ReadonlyMap<string, Tone> {
  const tones = new Map<string, Tone>();
  for (const [id, node] of Object.entries(state.history.present.nodes)) if (node.mode) tones.set(id, "off");
  for (const [node, step] of stepsOf(state)) {
    const tone = toneOf(step.state);
    if (tone && tones.get(node) !== "off") tones.set(node, tone);
  }
  for (const problem of state.problems) {
    if (problem.where?.node && isBlocking(problem)) tones.set(problem.where.node, "danger");
  }
  return tones;
}

function toneOf(state: string): Tone | null {
  switch (state) {
    case "failed": return "danger";
    case "running": return "info";
    case "completed": case "reused": return "ok";
    case "skipped": case "cancelled": case "cancelling": return "warn";
    default: return null;
  }
}

export function boundsOf(boxes: readonly Box[]): Box | null {
  if (boxes.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return { id: "", x: left, y: top, width: right - left, height: bottom - top };
}

/** The topmost card under a point of the drawing. */
export function cardAt(scene: Scene, x: number, y: number): Box | null {
  for (let at = scene.cards.length - 1; at >= 0; at -= 1) {
    const card = scene.cards[at] as Box;
    if (x >= card.x && y >= card.y && x <= card.x + card.width && y <= card.y + card.height) return card;
  }
  return null;
}
