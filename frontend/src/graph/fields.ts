/** A drawing as fields: each thing that two people may change independently has a path of its own. The mirror of
 * `designer/graph/fields.py`; both are tested against the same vectors. */
import type { Edge, GraphDocument, Json } from "@/api/types";

export type Path = readonly string[];
export type Value = Json;
export type Thing = Readonly<Record<string, Json>>;
export type Things = Readonly<Record<string, Thing>>;
/** A document seen without its types: collections of things with fields, and links. */
export type Raw = { readonly [collection: string]: Things };

export const THINGS = ["nodes", "notes", "groups"] as const;
export const COLLECTIONS = [...THINGS, "layout", "parameters", "defaults"] as const;
const CORE: Readonly<Record<string, readonly string[]>> = {
  nodes: ["component", "version"], layout: ["x", "y"], parameters: ["type"],
};
const MAPS: Readonly<Record<string, readonly string[]>> = { nodes: ["parameters", "pins", "demand"] };
const SETS: Readonly<Record<string, readonly string[]>> = { groups: ["nodes"] };

export const isMap = (collection: string, key: string): boolean => MAPS[collection]?.includes(key) ?? false;
export const isSet = (collection: string, key: string): boolean => SETS[collection]?.includes(key) ?? false;

export const rawOf = (document: GraphDocument): Raw => document as unknown as Raw;
export const thingsOf = (document: GraphDocument, collection: string): Things => rawOf(document)[collection] ?? {};

export const exists = (document: GraphDocument, name: string): boolean =>
  THINGS.some((collection) => thingsOf(document, collection)[name] !== undefined);

export const keyOf = (path: Path): string => path.join("/");
export const linkPath = (edge: Edge): Path => ["edges", edge.target, edge.target_port];
export const linkValue = (edge: Edge): Value => ({ source: edge.source, source_port: edge.source_port });

/** The thing's fields by path, its existence first. */
export function fieldsOf(collection: string, name: string, thing: Thing): readonly (readonly [Path, Value])[] {
  const core = CORE[collection] ?? [];
  const fields: (readonly [Path, Value])[] = [
    [[collection, name], Object.fromEntries(core.map((key) => [key, thing[key] ?? null]))],
  ];
  for (const [key, value] of Object.entries(thing)) {
    if (core.includes(key) || value === undefined) continue;
    if (isMap(collection, key)) {
      for (const [inner, each] of Object.entries(value as Thing)) fields.push([[collection, name, key, inner], each]);
    } else if (isSet(collection, key)) {
      for (const member of value as readonly string[]) fields.push([[collection, name, key, member], true]);
    } else fields.push([[collection, name, key], value]);
  }
  return fields;
}

/** The value of one field; `undefined` where it is not there. */
export function fieldAt(document: GraphDocument, path: Path): Value | undefined {
  const [collection = "", name = "", key, inner] = path;
  if (collection === "edges") {
    const edge = document.edges.find((each) => each.target === name && each.target_port === key);
    return edge && linkValue(edge);
  }
  const thing = thingsOf(document, collection)[name];
  if (thing === undefined) return undefined;
  if (key === undefined) return Object.fromEntries((CORE[collection] ?? []).map((each) => [each, thing[each] ?? null]));
  const value = thing[key];
  if (inner === undefined || value === undefined) return value;
  if (isSet(collection, key)) return (value as readonly string[]).includes(inner) ? true : undefined;
  return (value as Thing)[inner];
}
