/** Acts on where things are: aligning, spreading, collapsing, moving, tidying up. */
import type { Position } from "@/api/types";
import type { Designer } from "@/designer/designer";
import { align, distribute, type Line, type Way } from "@/graph/align";
import { layOut } from "@/graph/layout";
import { fitGroup, moveAll, rectOf, regroup, withMembers } from "@/graph/marks";
import { collapse } from "@/graph/mode";
import { _ } from "@/i18n";

const chosen = (designer: Designer): readonly string[] => [...designer.state.nodes, ...designer.state.marks];

export function alignSelection(designer: Designer, line: Line): void {
  designer.change(align(designer.document, chosen(designer), line), _("Align"));
}

export function distributeSelection(designer: Designer, way: Way): void {
  designer.change(distribute(designer.document, chosen(designer), way), _("Distribute"));
}

export function collapseSelection(designer: Designer): void {
  designer.change(collapse(designer.document, designer.state.nodes), _("Collapse"));
}

/** Everything, or where several steps are chosen only those, with their upper left corner staying in place. */
export function tidy(designer: Designer): void {
  const { document } = designer;
  const some = designer.state.nodes.length > 1 ? designer.state.nodes : null;
  const part = some ? {
    ...document, nodes: Object.fromEntries(some.flatMap((id) => (document.nodes[id] ? [[id, document.nodes[id]] as const] : []))),
    edges: document.edges.filter((edge) => some.includes(edge.source) && some.includes(edge.target)),
  } : document;
  const places = layOut(part);
  const shift = some ? cornerShift(designer, places) : { x: 0, y: 0 };
  const to = Object.fromEntries(Object.entries(places).map(([id, at]) => [id, { x: at.x + shift.x, y: at.y + shift.y }]));
  let next = moveAll(document, to);
  for (const id of Object.keys(next.groups ?? {})) next = fitGroup(next, id);
  for (const [id, note] of Object.entries(next.notes ?? {})) {
    const before = note.node ? document.layout[note.node] : undefined;
    const after = note.node ? next.layout[note.node] : undefined;
    const at = next.layout[id];
    if (before && after && at) next = moveAll(next, { [id]: { x: at.x + after.x - before.x, y: at.y + after.y - before.y } });
  }
  designer.viewport?.glide();
  designer.change(next, _("Arrange"));
  window.requestAnimationFrame(() => (some ? designer.viewport?.fitTo(some) : designer.viewport?.fit()));
}

function cornerShift(designer: Designer, places: Readonly<Record<string, Position>>): Position {
  const now = Object.keys(places).map((id) => rectOf(designer.document, id));
  const then = Object.values(places);
  return {
    x: Math.min(...now.map((rect) => rect.x)) - Math.min(...then.map((at) => at.x)),
    y: Math.min(...now.map((rect) => rect.y)) - Math.min(...then.map((at) => at.y)),
  };
}

/** By keyboard: what is chosen, with the members of chosen frames. */
export function nudge(designer: Designer, x: number, y: number): void {
  const ids = withMembers(designer.document, chosen(designer));
  const to = Object.fromEntries(ids.flatMap((id) => {
    const at = designer.document.layout[id];
    return at ? [[id, { x: at.x + x, y: at.y + y }] as const] : [];
  }));
  const moved = moveAll(designer.document, to);
  designer.change(regroup(moved, designer.state.nodes), _("Move"), `move ${ids.join(" ")}`);
}
