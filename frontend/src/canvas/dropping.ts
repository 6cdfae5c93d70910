/** Things that are dropped on the canvas: what the palette offers, and files. */
import type { DragEvent } from "react";
import { toFlow } from "@/canvas/linking";
import { takeFiles } from "@/designer/acts/files";
import { insertNew } from "@/designer/acts/wire";
import type { Designer, Source } from "@/designer/designer";
import { edgeId } from "@/graph/document";
import { CARD_HEIGHT, CARD_WIDTH } from "@/graph/size";
import { wayThrough } from "@/graph/splice";

export const DRAG_TYPE = "application/x-mlops-source";

export function allowDrop(event: DragEvent, canEdit: boolean): void {
  const { types } = event.dataTransfer;
  if (!canEdit || !(types.includes(DRAG_TYPE) || types.includes("Files"))) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  const link = types.includes(DRAG_TYPE) ? linkUnder(event) : null;
  for (const old of document.querySelectorAll(".react-flow__edge[data-takes]")) if (old !== link) old.removeAttribute("data-takes");
  link?.setAttribute("data-takes", "");
}

export function drop(designer: Designer, event: DragEvent): void {
  const text = event.dataTransfer.getData(DRAG_TYPE);
  const { files } = event.dataTransfer;
  if (!text && files.length === 0) return;
  event.preventDefault();
  const at = toFlow(designer, event.clientX, event.clientY);
  const link = linkUnder(event)?.dataset["id"];
  for (const old of document.querySelectorAll(".react-flow__edge[data-takes]")) old.removeAttribute("data-takes");
  if (!text) return void takeFiles(designer, [...files], at);
  const source = JSON.parse(text) as Source;
  const edge = designer.document.edges.find((each) => edgeId(each) === link);
  const component = "component" in source ? designer.catalogue.components.get(source.component) : undefined;
  if (link && edge && wayThrough(designer.catalogue, designer.document, edge, component)) return insertNew(designer, link, source);
  designer.add(source, { x: at.x - CARD_WIDTH / 2, y: at.y - CARD_HEIGHT / 2 });
}

const linkUnder = (event: DragEvent): SVGElement | null =>
  document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.closest<SVGElement>(".react-flow__edge.line")).find(Boolean) ?? null;
