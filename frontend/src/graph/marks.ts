/** Notes and frames: what is on a drawing beside its steps, and what becomes of them when steps come and go. */
import type { GraphDocument, Group, Note, Place, Position } from "@/api/types";
import { CARD_HEIGHT, CARD_WIDTH, GRID, heightOf, snap } from "@/graph/size";

export const NOTE_SIZE = { width: 240, height: 136 } as const;
export const FRAME_MARGIN = { x: 24, top: 48, bottom: 24 } as const;
export const COLOURS = ["", "blue", "green", "amber", "red", "violet"] as const;

/** Ids are unique over steps, notes and frames. */
export function takenIds(document: GraphDocument): ReadonlySet<string> {
  return new Set([...Object.keys(document.nodes), ...Object.keys(document.notes ?? {}), ...Object.keys(document.groups ?? {})]);
}

export interface Rect extends Position {
  readonly width: number;
  readonly height: number;
}

/** Where anything drawn is, in the drawing's pixels. */
export function rectOf(document: GraphDocument, id: string): Rect {
  const place = document.layout[id] ?? { x: 0, y: 0 };
  if (document.nodes[id]) return { x: place.x, y: place.y, width: CARD_WIDTH, height: heightOf(place) };
  return { x: place.x, y: place.y, width: place.width ?? NOTE_SIZE.width, height: place.height ?? NOTE_SIZE.height };
}

export function addNote(document: GraphDocument, id: string, note: Note, at: Position): GraphDocument {
  return {
    ...document,
    notes: { ...document.notes, [id]: note },
    layout: { ...document.layout, [id]: { x: snap(at.x), y: snap(at.y), ...NOTE_SIZE } },
  };
}

export function changeNote(document: GraphDocument, id: string, change: Partial<Note>): GraphDocument {
  const note = document.notes?.[id];
  if (!note) return document;
  return { ...document, notes: { ...document.notes, [id]: plain({ ...note, ...change }) } };
}

/** A frame around the given steps, which leave the frames they were in. */
export function addGroup(document: GraphDocument, id: string, nodes: readonly string[], title: string): GraphDocument {
  const members = nodes.filter((node) => document.nodes[node]);
  if (members.length === 0) return document;
  return {
    ...document,
    groups: { ...withoutMembers(document.groups, new Set(members)), [id]: { title, nodes: members } },
    layout: { ...document.layout, [id]: around(document, members) },
  };
}

export function changeGroup(document: GraphDocument, id: string, change: Partial<Group>): GraphDocument {
  const group = document.groups?.[id];
  if (!group) return document;
  return { ...document, groups: { ...document.groups, [id]: plain({ ...group, ...change }) } };
}

/** The frame drawn anew around what is in it. */
export function fitGroup(document: GraphDocument, id: string): GraphDocument {
  const members = document.groups?.[id]?.nodes ?? [];
  return members.length ? { ...document, layout: { ...document.layout, [id]: around(document, members) } } : document;
}

/** Notes and frames go; the steps in a frame stay. */
export function deleteMarks(document: GraphDocument, ids: readonly string[]): GraphDocument {
  const gone = new Set(ids.filter((id) => document.notes?.[id] || document.groups?.[id]));
  if (gone.size === 0) return document;
  return {
    ...document,
    notes: without(document.notes ?? {}, gone), groups: without(document.groups ?? {}, gone), layout: without(document.layout, gone),
  };
}

/** Nothing refers to a step that is gone: frames lose it (an empty one goes), notes about it stand free. */
export function forgetGone(document: GraphDocument): GraphDocument {
  let next = document;
  for (const [id, group] of Object.entries(document.groups ?? {})) {
    const left = (group.nodes ?? []).filter((node) => document.nodes[node]);
    if (left.length === (group.nodes ?? []).length) continue;
    next = left.length ? changeGroup(next, id, { nodes: left }) : deleteMarks(next, [id]);
  }
  for (const [id, note] of Object.entries(document.notes ?? {})) {
    if (note.node && !document.nodes[note.node]) next = changeNote(next, id, { node: "" });
  }
  return next;
}

/** Moves steps, notes and frames; sizes stay. */
export function moveAll(document: GraphDocument, to: Readonly<Record<string, Position>>): GraphDocument {
  const moved = Object.entries(to).filter(([id, at]) => {
    const now = document.layout[id];
    const isDrawn = document.nodes[id] ?? document.notes?.[id] ?? document.groups?.[id];
    return isDrawn !== undefined && (now?.x !== at.x || now.y !== at.y);
  });
  if (moved.length === 0) return document;
  const layout: Record<string, Place> = { ...document.layout };
  for (const [id, at] of moved) layout[id] = { ...document.layout[id], x: at.x, y: at.y };
  return { ...document, layout };
}

export function resize(document: GraphDocument, id: string, rect: Rect): GraphDocument {
  const place = document.layout[id];
  if (!place) return document;
  return { ...document, layout: { ...document.layout, [id]: { ...place, ...rect } } };
}

/** All that moves along with the given ids: the members of frames among them. */
export function withMembers(document: GraphDocument, ids: readonly string[]): readonly string[] {
  return [...new Set(ids.flatMap((id) => [id, ...(document.groups?.[id]?.nodes ?? [])]))];
}

/** After a drop: a step whose middle lies in a frame belongs to it, one that was carried out does not. */
export function regroup(document: GraphDocument, dropped: readonly string[]): GraphDocument {
  if (Object.keys(document.groups ?? {}).length === 0) return document;
  let next = document;
  for (const node of dropped) {
    if (!document.nodes[node] ) continue;
    const home = frameAt(next, middleOf(rectOf(next, node)));
    const now = Object.entries(next.groups ?? {}).find(([, group]) => group.nodes?.includes(node))?.[0] ?? null;
    if (home === now) continue;
    if (now) next = changeGroup(next, now, { nodes: (next.groups?.[now]?.nodes ?? []).filter((each) => each !== node) });
    if (home) next = changeGroup(next, home, { nodes: [...(next.groups?.[home]?.nodes ?? []), node] });
  }
  return next;
}

function frameAt(document: GraphDocument, at: Position): string | null {
  const inside = Object.keys(document.groups ?? {}).filter((id) => {
    const rect = rectOf(document, id);
    return at.x >= rect.x && at.y >= rect.y && at.x <= rect.x + rect.width && at.y <= rect.y + rect.height;
  });
  return inside.sort((a, b) => area(rectOf(document, a)) - area(rectOf(document, b)))[0] ?? null;
}

const area = (rect: Rect): number => rect.width * rect.height;
const middleOf = (rect: Rect): Position => ({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 });

function around(document: GraphDocument, nodes: readonly string[]): Place {
  const rects = nodes.filter((node) => document.nodes[node]).map((node) => rectOf(document, node));
  const left = Math.min(...rects.map((rect) => rect.x)) - FRAME_MARGIN.x;
  const top = Math.min(...rects.map((rect) => rect.y)) - FRAME_MARGIN.top;
  const right = Math.max(...rects.map((rect) => rect.x + rect.width)) + FRAME_MARGIN.x;
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height)) + FRAME_MARGIN.bottom;
  return { x: left, y: top, width: right - left, height: Math.max(bottom - top, CARD_HEIGHT + 9 * GRID) };
}

function withoutMembers(groups: GraphDocument["groups"], gone: ReadonlySet<string>): Record<string, Group> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([id, group]) => {
    const left = (group.nodes ?? []).filter((node) => !gone.has(node));
    return [id, left.length === (group.nodes ?? []).length ? group : { ...group, nodes: left }];
  }));
}

/** As the server writes it: what is empty is left out. */
function plain<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== "" && !(Array.isArray(each) && each.length === 0))) as T;
}

function without<T>(record: Readonly<Record<string, T>>, gone: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !gone.has(key)));
}
