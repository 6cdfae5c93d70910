/** Drawing, moving and dropping links by hand. */
import type { Edge as FlowEdge, FinalConnectionState } from "@xyflow/react";
import type { Position } from "@/api/types";
import type { Designer } from "@/designer/designer";
import { bestEnd, edgeBetween, type End, judge } from "@/graph/connect";

interface Linked {
  readonly source: string;
  readonly target: string;
  readonly sourceHandle?: string | null;
  readonly targetHandle?: string | null;
}

const endsOf = (link: Linked): readonly [End, End] => [
  { node: link.source, port: link.sourceHandle ?? "", side: "output" },
  { node: link.target, port: link.targetHandle ?? "", side: "input" },
];

export function isPossible(designer: Designer, link: Linked): boolean {
  return judge(designer.catalogue, designer.document, ...endsOf(link)).possible;
}

export function reconnect(designer: Designer, old: FlowEdge, link: Linked): void {
  const [from, to] = endsOf(link);
  designer.replug(old.id, from, to);
}

/** On a port: link, or say why not. On a card: its best port. On empty canvas: offer what would fit. */
export function endConnection(designer: Designer, event: MouseEvent | TouchEvent, connection: FinalConnectionState): void {
  const from = designer.state.linking;
  designer.endLink();
  if (!from) return;
  if (connection.toHandle?.id) {
    designer.link(from, {
      node: connection.toHandle.nodeId, port: connection.toHandle.id,
      side: connection.toHandle.type === "source" ? "output" : "input",
    });
    return;
  }
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  if (!point) return;
  const under = window.document.elementFromPoint(point.clientX, point.clientY);
  const card = under?.closest<HTMLElement>(".react-flow__node-card")?.dataset["id"];
  if (card) return linkToCard(designer, from, card);
  if (under?.closest(".react-flow__pane, .react-flow__edges")) {
    designer.openDialog({ kind: "add", from, at: toFlow(designer, point.clientX, point.clientY) });
  }
}

function linkToCard(designer: Designer, from: End, card: string): void {
  if (card === from.node) return;
  const end = bestEnd(designer.catalogue, designer.document, from, card);
  if (end && edgeBetween(from, end)) designer.link(from, end);
  else designer.tellWhyNot(from, card);
}

export const toFlow = (designer: Designer, x: number, y: number): Position => designer.viewport?.at({ x, y }) ?? { x: 0, y: 0 };
