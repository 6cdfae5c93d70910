/** Where things are and where a new one goes: free places, and the neighbour in a direction. */
import type { GraphDocument, Position } from "@/api/types";
import { CARD_HEIGHT, CARD_WIDTH, GRID, snap } from "@/graph/size";

export type Direction = "up" | "down" | "left" | "right";

/** The wished place, or the nearest one below and beside it that covers no card. */
export function freePlace(document: GraphDocument, wish: Position): Position {
  const taken = Object.values(document.layout);
  const clear = (at: Position): boolean =>
    taken.every((other) => Math.abs(other.x - at.x) >= CARD_WIDTH + GRID || Math.abs(other.y - at.y) >= CARD_HEIGHT + GRID);
  const start = { x: snap(wish.x), y: snap(wish.y) };
  for (let ring = 0; ring < 60; ring += 1) {
    for (const side of ring === 0 ? [0] : [0, 1, -1]) {
      const at = { x: start.x + side * (CARD_WIDTH + 4 * GRID) * Math.ceil(ring / 3), y: start.y + ring * 5 * GRID };
      if (clear(at)) return at;
    }
  }
  return start;
}

/** The nearest node from `from` in a direction; sideways distance counts double. */
export function neighbour(document: GraphDocument, from: string, direction: Direction): string | null {
  const here = document.layout[from];
  if (!here) return Object.keys(document.nodes)[0] ?? null;
  let best: string | null = null;
  let least = Infinity;
  for (const [id, at] of Object.entries(document.layout)) {
    if (id === from || !document.nodes[id]) continue;
    const [along, across] = split({ x: at.x - here.x, y: at.y - here.y }, direction);
    if (along <= 0) continue;
    const distance = along + 2 * Math.abs(across);
    if (distance < least) [best, least] = [id, distance];
  }
  return best;
}

function split(way: Position, direction: Direction): readonly [along: number, across: number] {
  switch (direction) {
    case "up": return [-way.y, way.x];
    case "down": return [way.y, way.x];
    case "left": return [-way.x, way.y];
    case "right": return [way.x, way.y];
  }
}

/** Everything upstream first, left before right: the order in which a list reads a drawing. */
export function readingOrder(document: GraphDocument): readonly string[] {
  const at = (id: string): Position => document.layout[id] ?? { x: 0, y: 0 };
  return Object.keys(document.nodes).sort((a, b) => at(a).y - at(b).y || at(a).x - at(b).x);
}
