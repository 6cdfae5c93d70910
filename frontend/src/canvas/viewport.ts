/** Where the picture is: what the designer may ask of it, where a person left it, and what happens when the window changes. */
import { getViewportForBounds, type ReactFlowInstance, useReactFlow, type Viewport } from "@xyflow/react";
import { useEffect } from "react";
import type { GraphDocument } from "@/api/types";
import { boundsOf, sceneOf } from "@/canvas/scene";
import type { Drawn } from "@/canvas/flow";
import type { Designer } from "@/designer/designer";
import { rememberedSeen, rememberSeen } from "@/designer/look";
import { rectOf } from "@/graph/marks";
import { CARD_HEIGHT, CARD_WIDTH } from "@/graph/size";

export const LEAST_ZOOM = 0.02;
export const MOST_ZOOM = 2;
const READABLE = 0.4;
const PADDING = 0.15;
const GLIDE_MS = 320;

/** Has the hand moved the picture since it was last fitted? Then a change of the window leaves it alone. */
let isOwnView = false;
/** The places of all as they were then: a picture that is being drawn does not move away under the hand. */
let fitted: GraphDocument["layout"] | null = null;

const surface = (): DOMRect | undefined => document.querySelector(".canvas")?.getBoundingClientRect();

export function useViewport(designer: Designer): void {
  const flow = useReactFlow<Drawn>();
  useEffect(() => {
    const go = (view: Viewport | null, duration = 200): void => { if (view) void flow.setViewport(view, { duration }); };
    designer.viewport = {
      centre: () => {
        const box = surface();
        return box ? flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 }) : { x: 0, y: 0 };
      },
      at: (screen) => flow.screenToFlowPosition(screen),
      fit: () => { isOwnView = false; fitted = designer.document.layout; go(wholeView(designer, LEAST_ZOOM)); },
      fitTo: (nodes) => { isOwnView = true; go(viewOf(nodes.map((id) => ({ ...rectOf(designer.document, id), id })), LEAST_ZOOM)); },
      actualSize: () => void flow.zoomTo(1, { duration: 200 }),
      zoom: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: 120 }),
      pan: (x, y) => { isOwnView = true; const view = flow.getViewport(); void flow.setViewport({ ...view, x: view.x + x, y: view.y + y }); },
      glide: () => {
        const element = document.querySelector(".canvas");
        element?.classList.add("is-gliding");
        window.setTimeout(() => element?.classList.remove("is-gliding"), GLIDE_MS + 80);
      },
      enter: (node) => {
        const at = designer.document.layout[node];
        if (at) void flow.setCenter(at.x + CARD_WIDTH / 2, at.y + CARD_HEIGHT / 2, { zoom: 0.9, duration: 200 });
      },
      show: (node) => reveal(designer, flow, node),
    };
    const stop = refitOnResize(designer, flow);
    return () => {
      stop();
      designer.viewport = null;
    };
  }, [designer, flow]);
}

/** Where the person left this drawing; else a small one opens whole, a large one readable. */
export function firstLook(designer: Designer, flow: ReactFlowInstance<Drawn>): void {
  const left = designer.state.isRunView ? null : rememberedSeen(designer.state.id);
  isOwnView = left?.zoom !== undefined;
  fitted = designer.document.layout;
  if (left?.zoom) return void flow.setViewport(left);
  const view = wholeView(designer, READABLE);
  if (view) void flow.setViewport(view);
}

export function moved(designer: Designer, event: unknown, view: Viewport): void {
  if (event) isOwnView = true;
  if (!designer.state.isRunView) rememberSeen(designer.state.id, { ...view, view: "canvas" });
}

function wholeView(designer: Designer, least: number): Viewport | null {
  const { cards, frames, notes } = sceneOf(designer.catalogue, designer.document);
  return viewOf([...cards, ...frames, ...notes], least);
}

/** Reckoned from the document: cards out of sight are not there to be measured. */
function viewOf(boxes: Parameters<typeof boundsOf>[0], least: number): Viewport | null {
  const box = surface();
  const bounds = boundsOf(boxes);
  return box?.width && bounds ? getViewportForBounds(bounds, box.width, box.height, least, 1, PADDING) : null;
}

/** A fitted picture stays fitted; one that would show nothing any more is fitted again. */
function refitOnResize(designer: Designer, flow: ReactFlowInstance<Drawn>): () => void {
  const element = document.querySelector(".canvas");
  if (!element) return () => undefined;
  let timer = 0;
  let size = "";
  const observer = new ResizeObserver(([entry]) => {
    const now = `${Math.round(entry?.contentRect.width ?? 0)}x${Math.round(entry?.contentRect.height ?? 0)}`;
    const isFirst = size === "";
    if (now === size) return;
    size = now;
    window.clearTimeout(timer);
    if (!isFirst) timer = window.setTimeout(() => { if (isAsFitted(designer) || !showsAnything(designer, flow)) designer.viewport?.fit(); }, 120);
  });
  observer.observe(element);
  return () => { observer.disconnect(); window.clearTimeout(timer); };
}

const isAsFitted = (designer: Designer): boolean => !isOwnView && designer.document.layout === fitted;

function showsAnything(designer: Designer, flow: ReactFlowInstance<Drawn>): boolean {
  const box = surface();
  if (!box || Object.keys(designer.document.nodes).length === 0) return true;
  const { x, y, zoom } = flow.getViewport();
  return Object.keys(designer.document.nodes).some((id) => {
    const rect = rectOf(designer.document, id);
    const left = rect.x * zoom + x;
    const top = rect.y * zoom + y;
    return left + rect.width * zoom > 0 && top + rect.height * zoom > 0 && left < box.width && top < box.height;
  });
}

/** Moves the picture only if the card is not in it. */
function reveal(designer: Designer, flow: ReactFlowInstance<Drawn>, node: string): void {
  const at = designer.document.layout[node];
  const box = surface();
  if (!at || !box) return;
  const from = flow.flowToScreenPosition(at);
  const to = flow.flowToScreenPosition({ x: at.x + CARD_WIDTH, y: at.y + CARD_HEIGHT });
  if (from.x >= box.left && from.y >= box.top && to.x <= box.right && to.y <= box.bottom) return;
  isOwnView = true;
  void flow.setCenter(at.x + CARD_WIDTH / 2, at.y + CARD_HEIGHT / 2, { zoom: Math.max(flow.getZoom(), 0.5), duration: 0 });
}
