/** Where things are drawn: what came before lies to the left. The canvas's layered layout, turned on its side. */
import type { GraphDocument } from "@/api/types";
import { layOut } from "@/graph/layout";
import { CARD_HEIGHT, CARD_WIDTH } from "@/graph/size";
import type { Link, Thing } from "@/lineage/types";

export const WIDTH = 216;
export const HEIGHT = 52;
const COLUMN = WIDTH + 96;
const ROW = HEIGHT + 22;
const LAYER_APART = CARD_HEIGHT + 60;
const NEIGHBOURS_APART = CARD_WIDTH + 40;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export function placesOf(things: readonly Thing[], links: readonly Link[]): ReadonlyMap<string, Spot> {
  const nodes = Object.fromEntries(things.map((thing) => [thing.name, { component: "", version: "" }]));
  const edges = links.map((link) => ({ source: link.source, source_port: "", target: link.target, target_port: "" }));
  const found = layOut({ nodes, edges, layout: {} } as unknown as GraphDocument);
  return new Map(Object.entries(found).map(([name, at]) => [name, { x: (at.y / LAYER_APART) * COLUMN, y: (at.x / NEIGHBOURS_APART) * ROW }]));
}

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Shows all of it, no larger than it is. */
export function fitted(spots: Iterable<Spot>, width: number, height: number): Frame {
  const all = [...spots];
  const left = Math.min(...all.map((spot) => spot.x), 0), top = Math.min(...all.map((spot) => spot.y), 0);
  const wide = Math.max(...all.map((spot) => spot.x + WIDTH), WIDTH) - left, high = Math.max(...all.map((spot) => spot.y + HEIGHT), HEIGHT) - top;
  const zoom = Math.max(0.15, Math.min(1, (width - 48) / wide, (height - 48) / high));
  return { zoom, x: (width - wide * zoom) / 2 - left * zoom, y: (height - high * zoom) / 2 - top * zoom };
}
