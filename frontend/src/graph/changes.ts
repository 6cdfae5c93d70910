/** Changes of a drawing, field by field: applying them, finding them, and putting them together. The later of two
 * writes of a field stands; a write below something that is gone does nothing; an input has one link. The mirror of
 * `designer/graph/operations.py`. */
import type { Edge, GraphDocument, Json } from "@/api/types";
import { sameValue } from "@/graph/document";
import {
  COLLECTIONS, exists, fieldAt, fieldsOf, isMap, isSet, keyOf, linkPath, linkValue, type Path, type Thing, type Things,
  THINGS, thingsOf, type Value,
} from "@/graph/fields";

/** One field; a value that is not given means that the field is not there. */
export interface Change {
  readonly path: Path;
  readonly before?: Value;
  readonly after?: Value;
}

export const changeOf = (path: Path, before: Value | undefined, after: Value | undefined): Change => ({
  path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }),
});

/** A new document; parts that did not change are the same objects. Within one list the order does not matter. */
export function apply(document: GraphDocument, changes: readonly Change[]): GraphDocument {
  if (changes.length === 0) return document;
  const copy = new Copy(document);
  const isThing = ({ path }: Change): boolean => path.length === 2 && path[0] !== "edges" && path[0] !== "layout";
  const inside = changes.filter((each) => !isThing(each))
    .sort((a, b) => Number(a.path[0] === "layout") - Number(b.path[0] === "layout") || a.path.length - b.path.length);
  for (const each of changes) if (isThing(each) && each.after !== undefined) copy.putThing(each.path, each.after);
  copy.putLinks(inside.filter((each) => each.path[0] === "edges"));
  for (const each of inside) {
    if (each.path[0] === "edges") continue;
    if (each.path.length === 2) copy.putPlace(each.path, each.after);
    else copy.putField(each.path, each.after);
  }
  copy.remove(changes.filter((each) => isThing(each) && each.after === undefined).map((each) => each.path));
  return copy.document;
}

/** What leads from one document to the other. */
export function difference(before: GraphDocument, after: GraphDocument): readonly Change[] {
  const found: Change[] = [];
  for (const collection of COLLECTIONS) {
    const old = thingsOf(before, collection);
    const now = thingsOf(after, collection);
    if (old === now) continue;
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const [a, b] = [old[name], now[name]];
      if (a !== b) between(a ? fieldsOf(collection, name, a) : [], b ? fieldsOf(collection, name, b) : [], found);
    }
  }
  if (before.edges !== after.edges) between(before.edges.map(linkOf), after.edges.map(linkOf), found);
  return found;
}

/** Two lists as one that does the same. */
export function compose(first: readonly Change[], then: readonly Change[]): readonly Change[] {
  const all = new Map<string, Change>();
  for (const each of [...first, ...then]) {
    const known = all.get(keyOf(each.path));
    all.set(keyOf(each.path), known ? changeOf(each.path, known.before, each.after) : each);
  }
  return [...all.values()];
}

/** What takes the changes back, as far as the fields are still as they were left; the others are counted. */
export function takingBack(
  document: GraphDocument, changes: readonly Change[],
): { readonly changes: readonly Change[]; readonly kept: number } {
  const back: Change[] = [];
  let kept = 0;
  for (const { path, before, after } of changes) {
    const now = fieldAt(document, path);
    if (same(now, after)) back.push(changeOf(path, now, before));
    else if (!same(now, before)) kept += 1;
  }
  return { changes: back, kept };
}

function linkOf(edge: Edge): readonly [Path, Value] {
  return [linkPath(edge), linkValue(edge)];
}

function between(
  old: readonly (readonly [Path, Value])[], now: readonly (readonly [Path, Value])[], found: Change[],
): void {
  const then = new Map(now.map(([path, value]) => [keyOf(path), value]));
  const known = new Map(old.map(([path, value]) => [keyOf(path), value]));
  for (const [path, value] of old) if (!same(value, then.get(keyOf(path)))) found.push(changeOf(path, value, then.get(keyOf(path))));
  for (const [path, value] of now) if (!known.has(keyOf(path))) found.push(changeOf(path, undefined, value));
}

const same = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && sameValue(a, b));

/** Copies a collection, and in it a thing, when it is first written. */
class Copy {
  private readonly whole: Record<string, unknown>;
  private readonly own = new Set<string>();

  constructor(document: GraphDocument) {
    this.whole = { ...document };
  }

  get document(): GraphDocument {
    return this.whole as unknown as GraphDocument;
  }

  putThing(path: Path, core: Value): void {
    Object.assign(this.thing(path), core);
  }

  putPlace(path: Path, core: Value | undefined): void {
    const name = path[1] ?? "";
    if (core !== undefined) {
      if (exists(this.document, name)) this.putThing(path, core);
    } else if (thingsOf(this.document, "layout")[name]) delete this.things("layout")[name];
  }

  putField(path: Path, value: Value | undefined): void {
    const [collection = "", name = "", key = "", inner] = path;
    if (!thingsOf(this.document, collection)[name]) return;
    const thing = this.thing(path);
    const kept = inner === undefined ? value
      : isSet(collection, key) ? this.members(thing[key] as readonly string[] | undefined, inner, value)
        : isMap(collection, key) ? entries(thing[key] as Thing | undefined, inner, value) : undefined;
    if (kept === undefined) delete thing[key];
    else thing[key] = kept;
  }

  putLinks(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const nodes = thingsOf(this.document, "nodes");
    const written = new Set(changes.map((each) => keyOf(each.path)));
    const edges = this.document.edges.filter((edge) => !written.has(keyOf(linkPath(edge))));
    for (const { path, after } of changes) {
      const link = after as { readonly source: string; readonly source_port: string } | undefined;
      const [target = "", target_port = ""] = path.slice(1);
      if (link && nodes[target] && nodes[link.source]) edges.push({ ...link, target, target_port });
    }
    this.whole["edges"] = edges;
  }

  remove(paths: readonly Path[]): void {
    const gone = new Set<string>();
    for (const [collection = "", name = ""] of paths) {
      if (!thingsOf(this.document, collection)[name]) continue;
      delete this.things(collection)[name];
      if ((THINGS as readonly string[]).includes(collection)) gone.add(name);
    }
    for (const name of gone) this.putPlace(["layout", name], undefined);
    const { edges, groups = {} } = this.document;
    if (edges.some((edge) => gone.has(edge.source) || gone.has(edge.target))) {
      this.whole["edges"] = edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target));
    }
    for (const [name, group] of Object.entries(groups)) {
      for (const member of group.nodes ?? []) {
        if (gone.has(member)) this.putField(["groups", name, "nodes", member], undefined);
      }
    }
  }

  private members(now: readonly string[] | undefined, member: string, value: Value | undefined): readonly string[] | undefined {
    const isMember = value !== undefined && thingsOf(this.document, "nodes")[member] !== undefined;
    const others = (now ?? []).filter((each) => each !== member);
    const kept = !isMember ? others : now?.includes(member) ? now : [...others, member];
    return kept.length ? kept : undefined;
  }

  private things(collection: string): Record<string, Thing> {
    if (!this.own.has(collection)) {
      this.own.add(collection);
      this.whole[collection] = { ...(this.whole[collection] as Things | undefined) };
    }
    return this.whole[collection] as Record<string, Thing>;
  }

  private thing([collection = "", name = ""]: Path): Record<string, Json> {
    const things = this.things(collection);
    if (!this.own.has(`${collection}/${name}`)) {
      this.own.add(`${collection}/${name}`);
      things[name] = { ...things[name] };
    }
    return things[name] as Record<string, Json>;
  }
}

function entries(now: Thing | undefined, name: string, value: Value | undefined): Thing | undefined {
  const { [name]: _old, ...others } = now ?? {};
  const kept = value === undefined ? others : { ...others, [name]: value };
  return Object.keys(kept).length ? kept : undefined;
}
