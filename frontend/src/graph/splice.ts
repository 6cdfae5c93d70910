/** Putting a step into a link, and another component in the place of a step, with every wire that still fits. */
import type { Component, DrawnNode, Edge, GraphDocument, Json, Parameter, Port } from "@/api/types";
import { type Catalogue, componentOf, draw, inputsOf, outputsOf, parametersOf } from "@/graph/catalogue";
import { fits, portOf } from "@/graph/connect";
import { edgeId } from "@/graph/document";
import { connect, disconnect } from "@/graph/operations";

export interface Way {
  readonly input: Port;
  readonly output: Port;
}

/** Through which ports a component can stand in a link; null if it cannot. */
export function wayThrough(catalogue: Catalogue, document: GraphDocument, edge: Edge, component: Component | undefined): Way | null {
  const from = portOf(catalogue, document, { node: edge.source, port: edge.source_port, side: "output" });
  const to = portOf(catalogue, document, { node: edge.target, port: edge.target_port, side: "input" });
  const input = from && inputsOf(component).find((port) => fits(from.type, port.type));
  const output = to && outputsOf(component).find((port) => fits(port.type, to.type));
  return input && output ? { input, output } : null;
}

/** The step `node`, drawn already, takes the place of the link: its first fitting ports carry on what flowed. */
export function insertOn(catalogue: Catalogue, document: GraphDocument, edge: Edge, node: string): GraphDocument {
  if (edge.source === node || edge.target === node) return document;
  const way = wayThrough(catalogue, document, edge, componentOf(catalogue, document.nodes[node]));
  if (!way) return document;
  const open = disconnect(document, [edgeId(edge)]);
  const first = connect(open, { source: edge.source, source_port: edge.source_port, target: node, target_port: way.input.name });
  return connect(first, { source: node, source_port: way.output.name, target: edge.target, target_port: edge.target_port });
}

export interface Carried {
  readonly document: GraphDocument;
  /** Parameters that keep their value, are new with their default, or are lost. */
  readonly kept: readonly Parameter[];
  readonly fresh: readonly Parameter[];
  readonly lost: readonly { readonly name: string; readonly value: Json }[];
  readonly wires: number;
  readonly cut: readonly Edge[];
}

/** Another component in the place of `node`: same id, title and place; wires go to the port of the same name, else of the same type. */
export function replace(catalogue: Catalogue, document: GraphDocument, node: string, component: Component): Carried {
  const old = document.nodes[node] as DrawnNode;
  const was = componentOf(catalogue, old);
  const fresh = draw(component);
  const given = old.parameters ?? {};
  const kept = parametersOf(component).filter((parameter) => parameter.name in given && takes(parameter, given[parameter.name] ?? null, was));
  const parameters = { ...fresh.parameters, ...Object.fromEntries(kept.map(({ name }) => [name, given[name] ?? null])) };
  const names = new Set(parametersOf(component).map((parameter) => parameter.name));
  const { pins: _pins, ...rest } = old;
  const next: DrawnNode = { ...rest, ...fresh, parameters };
  const wires = rewired(document, node, was, component);
  return {
    document: { ...document, nodes: { ...document.nodes, [node]: next }, edges: wires.edges },
    kept,
    fresh: parametersOf(component).filter((parameter) => !kept.includes(parameter)),
    lost: Object.entries(given).filter(([name]) => !names.has(name)).map(([name, value]) => ({ name, value })),
    wires: wires.kept,
    cut: wires.cut,
  };
}

function takes(parameter: Parameter, value: Json, was: Component | undefined): boolean {
  const before = was?.parameters?.find((each) => each.name === parameter.name);
  if (before && before.type !== parameter.type) return false;
  return parameter.type !== "choice" || (parameter.choices ?? []).some((choice) => choice.value === value);
}

function rewired(document: GraphDocument, node: string, was: Component | undefined, component: Component): { edges: Edge[]; kept: number; cut: Edge[] } {
  const usedInputs = new Set<string>();
  const cut: Edge[] = [];
  let kept = 0;
  const edges = document.edges.flatMap((edge) => {
    if (edge.target === node) {
      const port = sameOrLike(edge.target_port, inputsOf(was), inputsOf(component).filter((each) => !usedInputs.has(each.name)));
      if (port) usedInputs.add(port.name);
      else cut.push(edge);
      kept += port ? 1 : 0;
      return port ? [{ ...edge, target_port: port.name }] : [];
    }
    if (edge.source === node) {
      const port = sameOrLike(edge.source_port, outputsOf(was), outputsOf(component));
      if (!port) cut.push(edge);
      kept += port ? 1 : 0;
      return port ? [{ ...edge, source_port: port.name }] : [];
    }
    return [edge];
  });
  return { edges, kept, cut };
}

function sameOrLike(name: string, before: readonly Port[], now: readonly Port[]): Port | undefined {
  const old = before.find((port) => port.name === name);
  return now.find((port) => port.name === name && (!old || fits(old.type, port.type)))
    ?? now.find((port) => old !== undefined && fits(old.type, port.type));
}
