/** What steps ask of the worker that runs them: pure changes, and what holds where several say something. */
import type { Demand, GraphDocument } from "@/api/types";

export const GIB = 2 ** 30;

/** Without what asks for nothing; a value of null takes the field away. */
export function asking(demand: Demand, name: keyof Demand, value: Demand[keyof Demand] | null): Demand {
  const { [name]: _old, ...rest } = demand;
  const isNothing = value === null || value === undefined || value === "" || value === 0
    || (typeof value === "object" && Object.keys(value).length === 0);
  return isNothing ? rest : { ...rest, [name]: value };
}

export function setDemand(document: GraphDocument, node: string, demand: Demand): GraphDocument {
  const drawn = document.nodes[node];
  if (!drawn) return document;
  const { demand: _old, ...rest } = drawn;
  const changed = Object.keys(demand).length ? { ...rest, demand } : rest;
  return { ...document, nodes: { ...document.nodes, [node]: changed } };
}

/** For the steps that say nothing themselves. */
export function setDefault(document: GraphDocument, demand: Demand): GraphDocument {
  const { demand: _old, ...rest } = document.defaults ?? {};
  return { ...document, defaults: Object.keys(demand).length ? { ...rest, demand } : rest };
}

/** What one does not say, the next does. */
export const filled = (...demands: readonly Demand[]): Demand =>
  demands.reduceRight<Demand>((known, each) => ({ ...known, ...each }), {});

export const isAny = (demand: Demand): boolean => Object.keys(demand).length === 0;

/** `gpu,zone=a` as people write it. */
export const labelsText = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => (value ? `${name}=${value}` : name)).join(",");

export function labelsOf(text: string): Readonly<Record<string, string>> {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part && !part.startsWith("="));
  return Object.fromEntries(parts.map((part) => {
    const [name = "", ...rest] = part.split("=");
    return [name.trim(), rest.join("=").trim()];
  }));
}
