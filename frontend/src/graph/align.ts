/** Lining up: edges and middles of several things, equal distances, and the lines that a dragged card sticks to. */
import type { GraphDocument, Position } from "@/api/types";
import { moveAll, type Rect, rectOf } from "@/graph/marks";

export type Line = "left" | "right" | "top" | "bottom" | "middle" | "centre";
export type Way = "across" | "down";

/** `centre` lines up in a column, `middle` in a row. */
export function align(document: GraphDocument, ids: readonly string[], line: Line): GraphDocument {
  const rects = ids.map((id) => [id, rectOf(document, id)] as const);
  if (rects.length < 2) return document;
  const left = Math.min(...rects.map(([, rect]) => rect.x));
  const right = Math.max(...rects.map(([, rect]) => rect.x + rect.width));
  const top = Math.min(...rects.map(([, rect]) => rect.y));
  const bottom = Math.max(...rects.map(([, rect]) => rect.y + rect.height));
  const at = ({ x, y, width, height }: Rect): Position => {
    switch (line) {
      case "left": return { x: left, y };
      case "right": return { x: right - width, y };
      case "top": return { x, y: top };
      case "bottom": return { x, y: bottom - height };
      case "centre": return { x: Math.round((left + right - width) / 2), y };
      case "middle": return { x, y: Math.round((top + bottom - height) / 2) };
    }
  };
  return moveAll(document, Object.fromEntries(rects.map(([id, rect]) => [id, at(rect)])));
}

/** Equal gaps between three or more, the outermost staying where they are. */
export function distribute(document: GraphDocument, ids: readonly string[], way: Way): GraphDocument {
  if (ids.length < 3) return document;
  const [start, size] = way === "across" ? ["x", "width"] as const : ["y", "height"] as const;
  const rects = ids.map((id) => [id, rectOf(document, id)] as const).sort(([, a], [, b]) => a[start] - b[start]);
  const first = rects[0]?.[1] as Rect;
  const last = rects.at(-1)?.[1] as Rect;
  const free = last[start] + last[size] - first[start] - rects.reduce((sum, [, rect]) => sum + rect[size], 0);
  const gap = free / (rects.length - 1);
  let at = first[start];
  const to: Record<string, Position> = {};
  for (const [id, rect] of rects) {
    to[id] = { x: rect.x, y: rect.y, [start]: Math.round(at) };
    at += rect[size] + gap;
  }
  return moveAll(document, to);
}

export interface Guides {
  /** How far to shift what is dragged, so that it sticks. */
  readonly shift: Position;
  readonly lines: readonly { readonly way: "x" | "y"; readonly at: number }[];
}

/** Edges and middles of the others that the dragged rectangle comes near to. */
export function guidesFor(dragged: Rect, others: readonly Rect[], reach: number): Guides {
  const x = nearest(marksOf(dragged.x, dragged.width), others.map((other) => marksOf(other.x, other.width)), reach);
  const y = nearest(marksOf(dragged.y, dragged.height), others.map((other) => marksOf(other.y, other.height)), reach);
  return {
    shift: { x: x?.shift ?? 0, y: y?.shift ?? 0 },
    lines: [...(x ? [{ way: "x" as const, at: x.at }] : []), ...(y ? [{ way: "y" as const, at: y.at }] : [])],
  };
}

const marksOf = (start: number, size: number): readonly number[] => [start, start + size / 2, start + size];

function nearest(own: readonly number[], others: readonly (readonly number[])[], reach: number): { readonly shift: number; readonly at: number } | null {
  let best: { shift: number; at: number } | null = null;
  for (const other of others) {
    other.forEach((at, index) => {
      const shift = at - (own[index] as number);
      if (Math.abs(shift) <= reach && (!best || Math.abs(shift) < Math.abs(best.shift))) best = { shift, at };
    });
  }
  return best;
}
