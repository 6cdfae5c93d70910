/** The pointer rests on a card: everything that neither feeds it nor needs it fades. Told to the elements directly, since a
 * glance must not draw all cards again. */
import type { Designer } from "@/designer/designer";
import { related } from "@/graph/reach";

const REST_MS = 350;
const MOST = 300;
let timer = 0;

export function rest(designer: Designer, node: string): void {
  window.clearTimeout(timer);
  if (!designer.state.look.fade || designer.state.linking || Object.keys(designer.document.nodes).length > MOST) return;
  timer = window.setTimeout(() => fade(designer, node), REST_MS);
}

export function leave(): void {
  window.clearTimeout(timer);
  for (const each of document.querySelectorAll(".canvas [data-faded]")) each.removeAttribute("data-faded");
}

function fade(designer: Designer, node: string): void {
  const near = related(designer.document, [node]);
  for (const card of document.querySelectorAll<HTMLElement>(".canvas .react-flow__node-card")) card.toggleAttribute("data-faded", !near.has(card.dataset["id"] ?? ""));
  const links = new Set(designer.document.edges.filter((edge) => near.has(edge.source) && near.has(edge.target))
    .map((edge) => `${edge.source}.${edge.source_port}>${edge.target}.${edge.target_port}`));
  for (const line of document.querySelectorAll<SVGElement>(".canvas .react-flow__edge.line")) line.toggleAttribute("data-faded", !links.has(line.dataset["id"] ?? ""));
}
