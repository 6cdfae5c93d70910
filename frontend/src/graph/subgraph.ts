/** Pipeline components in a drawing: a card in place of steps, steps in place of a card, and the card of a newer version. */
import type { Component, DrawnNode, Edge, GraphDocument, Json, Place } from "@/api/types";
import { draw } from "@/graph/catalogue";
import { freshId } from "@/graph/fragment";

/** The chosen steps give way to one card of the component that was made of them. */
export function collapsed(document: GraphDocument, ids: readonly string[], component: Component): { readonly document: GraphDocument; readonly card: string } {
  const gone = new Set(ids);
  const rest = Object.fromEntries(Object.entries(document.nodes).filter(([id]) => !gone.has(id)));
  const card = freshId(new Set(Object.keys(rest)), component.name);
  const edges = document.edges.flatMap((edge): readonly Edge[] => {
    const fromInside = gone.has(edge.source);
    const toInside = gone.has(edge.target);
    if (fromInside && toInside) return [];
    if (toInside) {
      const port = portOfInput(component, edge.target, edge.target_port);
      return port ? [{ ...edge, target: card, target_port: port }] : [];
    }
    if (!fromInside) return [edge];
    const port = portOfOutput(component, edge.source, edge.source_port);
    return port ? [{ ...edge, source: card, source_port: port }] : [];
  });
  const layout = Object.fromEntries(Object.entries(document.layout).filter(([id]) => !gone.has(id)));
  const places = ids.flatMap((id) => document.layout[id] ?? []);
  const node = withOuterParameters(draw(component), component, document);
  return {
    card,
    document: { ...document, nodes: { ...rest, [card]: node }, edges: unique(edges), layout: { ...layout, [card]: middle(places) } },
  };
}

/** The card gives way to the steps inside; they take its values. */
export function expanded(document: GraphDocument, card: string, component: Component, inside: GraphDocument): { readonly document: GraphDocument; readonly ids: readonly string[] } {
  const drawn = document.nodes[card];
  if (!drawn) return { document, ids: [] };
  const { [card]: _gone, ...nodes } = document.nodes;
  const { [card]: at = { x: 0, y: 0 }, ...layout } = document.layout;
  const taken = new Set(Object.keys(nodes));
  const names = new Map<string, string>();
  for (const [id, node] of Object.entries(inside.nodes)) {
    const name = freshId(taken, id.includes("-") ? node.component : id);
    taken.add(name);
    names.set(id, name);
  }
  const named = (id: string): string => names.get(id) ?? id;
  const values = { ...draw(component).parameters, ...drawn.parameters };
  const corner = cornerOf(Object.keys(inside.nodes).flatMap((id) => inside.layout[id] ?? []));
  const placed: Record<string, Place> = {};
  const steps: Record<string, DrawnNode> = {};
  for (const [id, node] of Object.entries(inside.nodes)) {
    const place = inside.layout[id] ?? corner;
    placed[named(id)] = { x: at.x + place.x - corner.x, y: at.y + place.y - corner.y };
    steps[named(id)] = { ...node, parameters: given(node.parameters ?? {}, values) };
  }
  const inner = inside.edges.map((edge) => ({ ...edge, source: named(edge.source), target: named(edge.target) }));
  const outer = document.edges.flatMap((edge): readonly Edge[] => {
    if (edge.target === card) {
      return (component.own?.ends[edge.target_port] ?? []).map((end) => ({ ...edge, target: named(end.node), target_port: end.port }));
    }
    if (edge.source !== card) return [edge];
    const end = component.own?.outs[edge.source_port];
    return end ? [{ ...edge, source: named(end.node), source_port: end.port }] : [];
  });
  return {
    ids: [...names.values()],
    document: { ...document, nodes: { ...nodes, ...steps }, edges: [...outer, ...inner], layout: { ...layout, ...placed } },
  };
}

/** The cards as of another version: values of parameters that it has are kept, links to ports that it lacks are cut. */
export function updated(document: GraphDocument, cards: readonly string[], component: Component): GraphDocument {
  const chosen = new Set(cards);
  const known = new Set((component.parameters ?? []).map((one) => one.name));
  const inputs = new Set((component.inputs ?? []).map((one) => one.name));
  const outputs = new Set((component.outputs ?? []).map((one) => one.name));
  const nodes = Object.fromEntries(Object.entries(document.nodes).map(([id, node]) => {
    if (!chosen.has(id)) return [id, node];
    const kept = Object.fromEntries(Object.entries(node.parameters ?? {}).filter(([name]) => known.has(name)));
    return [id, { ...node, version: component.version, parameters: { ...draw(component).parameters, ...kept } }];
  }));
  const edges = document.edges.filter((edge) =>
    (!chosen.has(edge.target) || inputs.has(edge.target_port)) && (!chosen.has(edge.source) || outputs.has(edge.source_port)));
  return { ...document, nodes, edges };
}

function portOfInput(component: Component, node: string, port: string): string | undefined {
  return Object.entries(component.own?.ends ?? {}).find(([, ends]) => ends.some((end) => end.node === node && end.port === port))?.[0];
}

function portOfOutput(component: Component, node: string, port: string): string | undefined {
  return Object.entries(component.own?.outs ?? {}).find(([, end]) => end.node === node && end.port === port)?.[0];
}

/** A parameter of the pipeline that inner steps took is handed on by the card. */
function withOuterParameters(node: DrawnNode, component: Component, document: GraphDocument): DrawnNode {
  const outer = (component.parameters ?? []).filter((one) => document.parameters?.[one.name]);
  if (outer.length === 0) return node;
  const handed = Object.fromEntries(outer.map((one): [string, Json] => [one.name, { $parameter: one.name }]));
  return { ...node, parameters: { ...node.parameters, ...handed } };
}

function given(parameters: Readonly<Record<string, Json>>, values: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => {
    const wanted = reference(value);
    return [name, wanted !== null && wanted in values ? (values[wanted] as Json) : value];
  }));
}

const reference = (value: Json): string | null =>
  value !== null && typeof value === "object" && !Array.isArray(value) && "$parameter" in value
    ? String((value as { readonly $parameter: Json }).$parameter) : null;

const unique = (edges: readonly Edge[]): readonly Edge[] =>
  [...new Map(edges.map((edge) => [`${edge.source}.${edge.source_port}>${edge.target}.${edge.target_port}`, edge])).values()];

const cornerOf = (places: readonly Place[]): Place =>
  places.length ? { x: Math.min(...places.map((one) => one.x)), y: Math.min(...places.map((one) => one.y)) } : { x: 0, y: 0 };

function middle(places: readonly Place[]): Place {
  if (places.length === 0) return { x: 0, y: 0 };
  const mean = (values: readonly number[]): number => Math.round(values.reduce((sum, one) => sum + one, 0) / values.length / 8) * 8;
  return { x: mean(places.map((one) => one.x)), y: mean(places.map((one) => one.y)) };
}
