/** Parameters of a pipeline: pure changes of the document. A node's value `{"$parameter": name}` refers to one. */
import type { GraphDocument, Json, Parameter, PipelineParameter } from "@/api/types";

const KEY = "$parameter";

export function referenceOf(value: Json | undefined): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const name = (value as Readonly<Record<string, Json>>)[KEY];
  return typeof name === "string" && Object.keys(value).length === 1 ? name : null;
}

export function defaultText(parameter: PipelineParameter): string {
  const value = parameter.default;
  if (value === undefined || value === null) return "";
  if (typeof value === "object" && !Array.isArray(value)) {
    const { dataset, version } = value as Readonly<Record<string, Json>>;
    return typeof dataset === "string" ? `${dataset}${version ? `:${String(version)}` : ""}` : "";
  }
  return String(value);
}

/** Which kind of pipeline parameter a component's parameter can take its value from; null where none fits. */
export function fittingType(parameter: Parameter): PipelineParameter["type"] | null {
  switch (parameter.type) {
    case "integer": return "integer";
    case "decimal": return "decimal";
    case "boolean": return "boolean";
    case "dataset": return "dataset";
    case "string": case "text": case "choice": case "range": case "column": case "script": return "string";
    case "columns": return null;
  }
}

/** Nodes and names of the values that refer to the parameter. */
export function usesOf(document: GraphDocument, name: string): readonly { readonly node: string; readonly value: string }[] {
  return Object.entries(document.nodes).flatMap(([node, drawn]) => Object.entries(drawn.parameters ?? {})
    .filter(([, value]) => referenceOf(value) === name)
    .map(([value]) => ({ node, value })));
}

/** The value of the node becomes the default of a new parameter, or refers to one that is there. */
export function attach(document: GraphDocument, node: string, value: string, name: string, type: PipelineParameter["type"], current: Json): GraphDocument {
  const drawn = document.nodes[node];
  if (!drawn) return document;
  const parameters = document.parameters?.[name] ? document.parameters : { ...document.parameters, [name]: { type, default: current } };
  const { version: _version, ...others } = drawn.parameters ?? {};
  const kept = type === "dataset" ? others : drawn.parameters;
  return {
    ...document, parameters,
    nodes: { ...document.nodes, [node]: { ...drawn, parameters: { ...kept, [value]: { [KEY]: name } } } },
  };
}

/** The default is written back where the parameter was used; the parameter stays. */
export function detach(document: GraphDocument, node: string, value: string): GraphDocument {
  const drawn = document.nodes[node];
  const name = referenceOf(drawn?.parameters?.[value]);
  if (!drawn || name === null) return document;
  const literal = document.parameters?.[name]?.default ?? null;
  if (literal === null) {
    const { [value]: _reference, ...others } = drawn.parameters ?? {};
    return { ...document, nodes: { ...document.nodes, [node]: { ...drawn, parameters: others } } };
  }
  const given = typeof literal === "object" && literal !== null && !Array.isArray(literal) && "dataset" in literal
    ? literal as Readonly<Record<string, Json>> : { [value]: literal };
  return { ...document, nodes: { ...document.nodes, [node]: { ...drawn, parameters: { ...drawn.parameters, ...given } } } };
}

export function describe(document: GraphDocument, name: string, parameter: PipelineParameter): GraphDocument {
  return { ...document, parameters: { ...document.parameters, [name]: parameter } };
}

/** Wherever it was used its default is written back. */
export function remove(document: GraphDocument, name: string): GraphDocument {
  const detached = usesOf(document, name).reduce((drawn, use) => detach(drawn, use.node, use.value), document);
  const { [name]: _gone, ...parameters } = detached.parameters ?? {};
  return { ...detached, parameters };
}

/** Under its new name wherever it was used; as it was if the name is taken. */
export function rename(document: GraphDocument, name: string, next: string): GraphDocument {
  const parameter = document.parameters?.[name];
  if (!parameter || name === next || document.parameters?.[next]) return document;
  const parameters = Object.fromEntries(Object.entries(document.parameters ?? {}).map(([each, value]) => [each === name ? next : each, value]));
  return usesOf(document, name).reduce<GraphDocument>((drawn, use) => attach(drawn, use.node, use.value, next, parameter.type, null), { ...document, parameters });
}

/** The text of a field as the parameter's default; undefined where it is none of its type. Empty: no default. */
export function defaultOf(type: PipelineParameter["type"], text: string): Json | undefined {
  if (text.trim() === "") return null;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  if (type !== "integer" && type !== "decimal") return text;
  const number = Number(text.replace(",", "."));
  return Number.isFinite(number) && (type === "decimal" || Number.isInteger(number)) ? number : undefined;
}

/** A value as it was typed at a submit is none of the parameter's type. */
export function isUnfit(parameter: PipelineParameter | undefined, value: Json | undefined): boolean {
  return parameter !== undefined && typeof value === "string" && defaultOf(parameter.type, value) === undefined;
}

/** A parameter of the same type, or a narrower one, gives its value to the other. */
export function fits(given: PipelineParameter["type"], wanted: PipelineParameter["type"]): boolean {
  return given === wanted || (given === "integer" && wanted === "decimal");
}

/** A name that is free, from the label of the value. */
export function freeName(document: GraphDocument, wanted: string): string {
  const base = wanted.trim().toLowerCase().replace(/[^a-z0-9]+/gu, "_").replace(/^_+|_+$/gu, "") || "parameter";
  let name = base;
  for (let number = 2; document.parameters?.[name]; number += 1) name = `${base}_${number}`;
  return name;
}
