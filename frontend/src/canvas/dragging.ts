/** What happens while something is dragged: frames take their steps along, cards stick to neighbours, a link under a card
 * takes it in, Alt at the start leaves the originals and moves copies. */
import { type NodeChange, useReactFlow } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Place, Position } from "@/api/types";
import type { Drawn, Moved } from "@/canvas/flow";
import { canStandIn } from "@/designer/acts/wire";
import type { Designer } from "@/designer/designer";
import { type Guides, guidesFor } from "@/graph/align";
import { edgeId } from "@/graph/document";
import { cutOut } from "@/graph/fragment";
import { moveAll, type Rect, rectOf } from "@/graph/marks";
import { snap } from "@/graph/size";
import { insertOn } from "@/graph/splice";
import { _ } from "@/i18n";

const STICK_PIXELS = 6;
const NOTHING: Moved = {};
export const NO_GUIDES: Guides = { shift: { x: 0, y: 0 }, lines: [] };

export interface Dragging {
  readonly moved: Moved;
  readonly guides: Guides;
  readonly take: (changes: readonly NodeChange<Drawn>[]) => void;
  readonly start: (event: { readonly altKey: boolean }) => void;
  readonly stop: () => void;
}

export function useDragging(designer: Designer, isFree: boolean): Dragging {
  const [moved, setMoved] = useState(NOTHING);
  const [guides, setGuides] = useState(NO_GUIDES);
  const flow = useReactFlow();
  const now = useRef(NOTHING);
  const copies = useRef(false);
  const takes = useRef<string | null>(null);

  const put = useCallback((next: Moved): void => {
    now.current = next;
    setMoved(next);
  }, []);

  const take = useCallback((changes: readonly NodeChange<Drawn>[]) => {
    const places: Record<string, Place> = {};
    for (const change of changes) {
      if (change.type === "position" && change.position) places[change.id] = { ...now.current[change.id], ...change.position };
      if (change.type === "dimensions" && change.dimensions && change.setAttributes) {
        places[change.id] = { ...rectOf(designer.document, change.id), ...now.current[change.id], ...places[change.id], ...change.dimensions };
      }
    }
    const ids = Object.keys(places);
    if (ids.length === 0) {
      if (changes.some((change) => change.type === "dimensions" && change.resizing === false)) commitSize(designer, now.current, put);
      return;
    }
    const isResize = ids.some((id) => places[id]?.width !== undefined);
    if (isResize) return put({ ...now.current, ...places });
    const shift = isFree || designer.state.look.snap === "off" ? NO_GUIDES : stick(designer, places, flow.getZoom());
    setGuides(shift);
    for (const id of ids) {
      const at = places[id] as Place;
      places[id] = { ...at, x: at.x + shift.shift.x, y: at.y + shift.shift.y };
    }
    put({ ...now.current, ...withFrames(designer, places) });
    takes.current = ids.length === 1 ? markLinkUnder(designer, ids[0] as string, rectAt(designer, ids[0] as string, places), flow) : null;
  }, [designer, flow, isFree, put]);

  const start = useCallback((event: { readonly altKey: boolean }) => { copies.current = event.altKey && designer.state.canEdit; }, [designer]);

  const stop = useCallback(() => {
    const places = now.current;
    const link = takes.current;
    markLink(null);
    setGuides(NO_GUIDES);
    takes.current = null;
    const isCopy = copies.current;
    copies.current = false;
    if (Object.keys(places).length) {
      if (isCopy) leaveCopies(designer, places);
      else if (link) takeIn(designer, link, places);
      else designer.move(round(places, isFree || designer.state.look.snap === "off"));
    }
    put(NOTHING);
  }, [designer, isFree, put]);

  return useMemo(() => ({ moved, guides, take, start, stop }), [moved, guides, take, start, stop]);
}

function commitSize(designer: Designer, places: Moved, put: (next: Moved) => void): void {
  let next = designer.document;
  for (const [id, place] of Object.entries(places)) {
    if (next.layout[id]) next = { ...next, layout: { ...next.layout, [id]: { ...next.layout[id], ...place } } };
  }
  designer.change(next, _("Resize"));
  put(NOTHING);
}

const rectAt = (designer: Designer, id: string, places: Readonly<Record<string, Position>>): Rect => ({ ...rectOf(designer.document, id), ...places[id] });

/** The nearest neighbours decide; a thousand others would only flicker. */
function stick(designer: Designer, places: Readonly<Record<string, Place>>, zoom: number): Guides {
  const ids = Object.keys(places);
  const first = ids[0];
  if (!first || ids.length > 40) return NO_GUIDES;
  const own = rectAt(designer, first, places);
  const reachable = 1400 / Math.max(zoom, 0.3);
  const others: Rect[] = [];
  for (const id in designer.document.nodes) {
    if (id in places) continue;
    const rect = rectOf(designer.document, id);
    if (Math.abs(rect.x - own.x) < reachable && Math.abs(rect.y - own.y) < reachable) others.push(rect);
  }
  return guidesFor(own, others, STICK_PIXELS / zoom);
}

function withFrames(designer: Designer, places: Readonly<Record<string, Place>>): Moved {
  const next: Record<string, Place> = { ...places };
  for (const [id, at] of Object.entries(places)) {
    const before = designer.document.layout[id];
    for (const member of designer.document.groups?.[id]?.nodes ?? []) {
      const home = designer.document.layout[member];
      if (home && before && !(member in places)) next[member] = { x: home.x + at.x - before.x, y: home.y + at.y - before.y };
    }
  }
  return next;
}

function round(places: Moved, isFree: boolean): Record<string, Position> {
  return Object.fromEntries(Object.entries(places).map(([id, { x, y }]) => [id, isFree ? { x: Math.round(x), y: Math.round(y) } : { x: snapNear(x), y: snapNear(y) }]));
}

/** What stuck to a neighbour keeps its place; half pixels go. */
const snapNear = (value: number): number => (Number.isInteger(value) ? value : Math.abs(snap(value) - value) < 1 ? snap(value) : Math.round(value));

function leaveCopies(designer: Designer, places: Moved): void {
  const { nodes, marks } = designer.state;
  const fragment = cutOut(designer.document, nodes, marks);
  const left = Math.min(...Object.keys(fragment.layout).map((id) => (places[id] ?? fragment.layout[id] ?? { x: 0 }).x));
  const top = Math.min(...Object.keys(fragment.layout).map((id) => (places[id] ?? fragment.layout[id] ?? { y: 0 }).y));
  designer.paste(fragment, { x: snap(left), y: snap(top) });
}

function takeIn(designer: Designer, link: string, places: Moved): void {
  const [node] = Object.keys(places);
  const edge = designer.document.edges.find((each) => edgeId(each) === link);
  if (!node || !edge) return;
  designer.change(insertOn(designer.catalogue, moveAll(designer.document, round(places, false)), edge, node), _("Insert into link"));
  designer.announce(_("Inserted into the link."));
}

function markLinkUnder(designer: Designer, node: string, rect: Rect, flow: ReturnType<typeof useReactFlow>): string | null {
  if (!designer.document.nodes[node]) return null;
  const middle = flow.flowToScreenPosition({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 });
  const found = document.elementsFromPoint(middle.x, middle.y).map((each) => each.closest<SVGElement>(".react-flow__edge.line")).find(Boolean) ?? null;
  const link = found?.dataset["id"] ?? null;
  const fits = link !== null && canStandIn(designer, link, node);
  markLink(fits ? found : null);
  return fits ? link : null;
}

function markLink(element: Element | null): void {
  for (const old of document.querySelectorAll(".react-flow__edge[data-takes]")) if (old !== element) old.removeAttribute("data-takes");
  element?.setAttribute("data-takes", "");
}
