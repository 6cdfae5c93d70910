/** Acts on links: connecting what is chosen, putting a step into a link, replacing a step. */
import type { Designer, Source } from "@/designer/designer";
import { candidates, edgeBetween, type End } from "@/graph/connect";
import { componentOf, draw, outputsOf } from "@/graph/catalogue";
import { edgeId } from "@/graph/document";
import { freshId } from "@/graph/fragment";
import { takenIds } from "@/graph/marks";
import { addNode, connect, disconnect } from "@/graph/operations";
import { freePlace, readingOrder } from "@/graph/place";
import { insertOn, replace, wayThrough } from "@/graph/splice";
import { _, ngettext } from "@/i18n";

/** Each chosen step to the next one below it, at the first free fitting ports. */
export function connectSelection(designer: Designer): void {
  const chosen = readingOrder(designer.document).filter((id) => designer.state.nodes.includes(id));
  let next = designer.document;
  let count = 0;
  chosen.slice(1).forEach((to, index) => {
    const edge = firstLink(designer, next, chosen[index] as string, to);
    if (!edge) return;
    next = connect(next, edge);
    count += 1;
  });
  if (count === 0) return tellWhyNot(designer, chosen);
  designer.change(next, _("Connect"));
  designer.announce(ngettext("%(count)s link drawn.", "%(count)s links drawn.", count));
}

function firstLink(designer: Designer, document: Designer["document"], source: string, target: string): ReturnType<typeof edgeBetween> {
  for (const port of outputsOf(componentOf(designer.catalogue, document.nodes[source]))) {
    const from: End = { node: source, port: port.name, side: "output" };
    const free = candidates(designer.catalogue, document, from, target).find((offer) => offer.verdict.possible && !offer.verdict.replaces);
    if (free) return edgeBetween(from, free.end);
  }
  return null;
}

function tellWhyNot(designer: Designer, chosen: readonly string[]): void {
  const [source = "", target = ""] = chosen;
  const port = outputsOf(componentOf(designer.catalogue, designer.document.nodes[source]))[0];
  if (port && target) designer.tellWhyNot({ node: source, port: port.name, side: "output" }, target);
  if (!designer.state.toast) designer.tell(_("No free input of the lower step takes what the upper one gives."), "error");
}

export function disconnectSelection(designer: Designer): void {
  const chosen = new Set(designer.state.nodes);
  const gone = designer.document.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)).map(edgeId);
  if (gone.length) designer.disconnect(gone);
}

/** A new step in the place of a link. */
export function insertNew(designer: Designer, link: string, source: Source): void {
  const { document, catalogue } = designer;
  const edge = document.edges.find((each) => edgeId(each) === link);
  const component = "component" in source ? catalogue.components.get(source.component) : undefined;
  if (!edge || !component) return;
  const id = freshId(takenIds(document), component.name);
  const a = document.layout[edge.source] ?? { x: 0, y: 0 };
  const b = document.layout[edge.target] ?? a;
  const at = freePlace(document, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  designer.change(insertOn(catalogue, addNode(document, id, draw(component), at), edge, id), _("Insert %(title)s", { title: component.title }));
  designer.focus(id);
  designer.announce(_("%(title)s inserted.", { title: component.title }));
}

/** Which link would take the step in, dropped where it is. */
export const canStandIn = (designer: Designer, link: string, node: string): boolean => {
  const edge = designer.document.edges.find((each) => edgeId(each) === link);
  const isFree = !designer.document.edges.some((each) => each.source === node || each.target === node);
  return edge !== undefined && isFree
    && wayThrough(designer.catalogue, designer.document, edge, componentOf(designer.catalogue, designer.document.nodes[node])) !== null;
};

export function replaceStep(designer: Designer, node: string, name: string): void {
  const component = designer.catalogue.components.get(name);
  if (!component || !designer.document.nodes[node]) return;
  const carried = replace(designer.catalogue, designer.document, node, component);
  designer.change(carried.document, _("Replace by %(title)s", { title: component.title }));
  designer.focus(node);
  designer.tell(carried.cut.length
    ? ngettext("Replaced. %(count)s link fits no more and was cut.", "Replaced. %(count)s links fit no more and were cut.", carried.cut.length)
    : _("Replaced; all links and %(count)s settings were kept.", { count: carried.kept.length }));
}

/** Cuts every link that a line across the canvas crosses. */
export function slice(designer: Designer, links: readonly string[]): void {
  if (links.length === 0) return;
  designer.change(disconnect(designer.document, links), _("Cut links"));
  designer.announce(ngettext("%(count)s link cut.", "%(count)s links cut.", links.length));
}

/** Adds a step wired to the one before, where it can be. */
export function chain(designer: Designer, source: Source): string | null {
  const before = designer.state.nodes.at(-1);
  const id = designer.add(source, null);
  if (!id || !before) return id;
  const edge = firstLink(designer, designer.document, before, id) ?? firstLink(designer, designer.document, id, before);
  if (edge) designer.change(connect(designer.document, edge), _("Connect"));
  return id;
}

