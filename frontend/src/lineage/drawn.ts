/** What of the graph is read and shown: pieces are put together, branches closed and kinds hidden. Pure. */
import type { Link, Piece, Side, Thing } from "@/lineage/types";

export interface Drawn {
  readonly root: string;
  readonly things: ReadonlyMap<string, Thing>;
  readonly links: readonly Link[];
  /** Sides that were closed, as `up name` or `down name`. */
  readonly closed: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
}

export const begin = (piece: Piece): Drawn =>
  merged({ root: piece.root, things: new Map(), links: [], closed: new Set(), hidden: new Set() }, piece);

/** A piece tells of its root to which side there is more; of its other things only what nobody knew. */
export function merged(drawn: Drawn, piece: Piece, side?: Side): Drawn {
  const things = new Map(drawn.things);
  for (const thing of piece.nodes) {
    const known = things.get(thing.name);
    if (!known) things.set(thing.name, thing);
    else if (thing.name === piece.root && side === "up") things.set(thing.name, { ...known, more_up: thing.more_up ?? null });
    else if (thing.name === piece.root && side === "down") things.set(thing.name, { ...known, more_down: thing.more_down ?? null });
  }
  const keys = new Set(drawn.links.map(keyOf));
  const links = [...drawn.links, ...piece.edges.filter((link) => !keys.has(keyOf(link)))];
  const closed = new Set(drawn.closed);
  if (side) closed.delete(`${side} ${piece.root}`);
  return { ...drawn, things, links, closed };
}

export function closing(drawn: Drawn, name: string, side: Side): Drawn {
  const closed = new Set(drawn.closed);
  const key = `${side} ${name}`;
  if (!closed.delete(key)) closed.add(key);
  return { ...drawn, closed };
}

export function hiding(drawn: Drawn, kind: string): Drawn {
  const hidden = new Set(drawn.hidden);
  if (!hidden.delete(kind)) hidden.add(kind);
  return { ...drawn, hidden };
}

/** What is reached from the root without passing a closed side; things of hidden kinds are passed, not shown. */
export function shown(drawn: Drawn, only: Side | "both" = "both"): { readonly things: readonly Thing[]; readonly links: readonly Link[] } {
  const reached = new Set([drawn.root]);
  const sides: readonly Side[] = only === "both" ? ["up", "down"] : [only];
  for (const side of sides) walk(drawn, side, only === "both", reached);
  const isShown = (name: string): boolean =>
    reached.has(name) && (name === drawn.root || !drawn.hidden.has(drawn.things.get(name)?.kind ?? ""));
  return {
    things: [...drawn.things.values()].filter((thing) => isShown(thing.name)),
    links: drawn.links.filter((link) => isShown(link.source) && isShown(link.target)),
  };
}

function walk(drawn: Drawn, first: Side, mayTurn: boolean, reached: Set<string>): void {
  const waiting = [drawn.root];
  const seen = new Set(waiting);
  while (waiting.length > 0) {
    const here = waiting.pop() as string;
    const sides: readonly Side[] = mayTurn && here !== drawn.root ? ["up", "down"] : [first];
    for (const side of sides) {
      if (drawn.closed.has(`${side} ${here}`)) continue;
      for (const name of beside(drawn.links, here, side)) {
        reached.add(name);
        if (!seen.has(name)) {
          seen.add(name);
          waiting.push(name);
        }
      }
    }
  }
}

export const beside = (links: readonly Link[], name: string, side: Side): string[] =>
  links.filter((link) => (side === "up" ? link.target : link.source) === name).map((link) => (side === "up" ? link.source : link.target));

/** From where to read on; null where all is read. */
export const moreOf = (thing: Thing, side: Side): number | null => (side === "up" ? thing.more_up : thing.more_down) ?? null;

export function kindsOf(drawn: Drawn): readonly (readonly [kind: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const thing of drawn.things.values()) counts.set(thing.kind, (counts.get(thing.kind) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

const keyOf = (link: Link): string => `${link.source}\n${link.target}`;
