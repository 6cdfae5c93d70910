/** Ctrl and a drag over empty canvas: a knife that cuts every link it crosses. */
import type { Position } from "@/api/types";
import { slice } from "@/designer/acts/wire";
import type { Designer } from "@/designer/designer";

const STEP_PIXELS = 5;

/** Listens on the canvas until the returned function is called. */
export function sliceOn(designer: Designer, surface: HTMLElement): () => void {
  const end = new AbortController();
  const options = { capture: true, signal: end.signal };
  let from: Position | null = null;
  let knife: SVGLineElement | null = null;
  surface.addEventListener("pointerdown", (event) => {
    const isPane = event.target instanceof Element && event.target.closest(".react-flow__pane") !== null && event.target.closest(".react-flow__node") === null;
    if (event.button !== 0 || !(event.ctrlKey || event.metaKey) || !isPane || !designer.state.canEdit) return;
    event.stopPropagation();
    from = { x: event.clientX, y: event.clientY };
    knife = draw(surface);
  }, options);
  window.addEventListener("pointermove", (event) => {
    if (!from || !knife) return;
    const box = surface.getBoundingClientRect();
    for (const [name, value] of Object.entries({ x1: from.x - box.x, y1: from.y - box.y, x2: event.clientX - box.x, y2: event.clientY - box.y })) knife.setAttribute(name, String(value));
  }, options);
  window.addEventListener("pointerup", (event) => {
    if (!from) return;
    const links = crossed(from, { x: event.clientX, y: event.clientY });
    knife?.ownerSVGElement?.remove();
    from = null;
    slice(designer, links);
  }, options);
  return () => end.abort();
}

function draw(surface: HTMLElement): SVGLineElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.classList.add("knife");
  const line = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "line"));
  surface.appendChild(svg);
  return line;
}

function crossed(from: Position, to: Position): readonly string[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STEP_PIXELS));
  const found = new Set<string>();
  for (let step = 0; step <= steps; step += 1) {
    const share = step / steps;
    for (const each of document.elementsFromPoint(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share)) {
      const link = each.closest<SVGElement>(".react-flow__edge.line")?.dataset["id"];
      if (link) found.add(link);
    }
  }
  return [...found];
}
