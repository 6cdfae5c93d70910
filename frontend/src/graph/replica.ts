/** One client's copy of a draft: what the server has confirmed, and on top of it the own operations that it has not
 * confirmed yet. Pure; whatever arrives in whatever order, copies that heard the same are equal. */
import type { GraphDocument } from "@/api/types";
import { apply } from "@/graph/changes";
import { begin, type History, note, type Operation, perform, type Step } from "@/graph/history";

/** An operation as the log has it. */
export interface Entry extends Operation {
  readonly seq: number;
  readonly by: string;
  readonly at: string;
  /** Of an undo: fields that stayed because somebody else has changed them since. */
  readonly kept: number;
}

export interface Replica {
  readonly me: string;
  readonly revision: number;
  /** As of `revision`. */
  readonly confirmed: History;
  readonly pending: readonly Operation[];
  /** What the person sees. */
  readonly shown: History;
}

export function replicaOf(
  me: string, revision: number, document: GraphDocument, past: readonly Step[] = [], future: readonly Step[] = [],
): Replica {
  const confirmed = begin(document, past, future);
  return { me, revision, confirmed, pending: [], shown: confirmed };
}

/** An own operation: seen at once, pending until the server says so. */
export function add(replica: Replica, operation: Operation): Replica {
  return { ...replica, pending: [...replica.pending, operation], shown: perform(replica.shown, operation) };
}

/** The last pending operation in another form (typing goes on). */
export const replaceLast = (replica: Replica, operation: Operation): Replica =>
  rebased({ ...replica, pending: [...replica.pending.slice(0, -1), operation] });

/** Entries of the log, wherever they begin: those that are known are passed over, a gap is left for the next look.
 * An own operation is pending until it is heard. */
export function hear(replica: Replica, entries: readonly Entry[]): Replica {
  let { revision, confirmed } = replica;
  const known = new Set<string>();
  for (const entry of entries) {
    if (entry.seq !== revision + 1) continue;
    revision = entry.seq;
    confirmed = { ...confirmed, present: apply(confirmed.present, entry.changes) };
    if (entry.by === replica.me) confirmed = note(confirmed, entry);
    known.add(entry.id);
  }
  const pending = replica.pending.filter((each) => !known.has(each.id));
  if (revision === replica.revision && pending.length === replica.pending.length) return replica;
  return rebased({ ...replica, revision, confirmed, pending });
}

/** Too far behind for the log: the whole document, with the own steps as the server has them. */
export function jump(
  replica: Replica, revision: number, confirmed: History, accepted: readonly string[] = [],
): Replica {
  if (revision < replica.revision) return replica;
  const known = new Set(accepted);
  return rebased({ ...replica, revision, confirmed, pending: replica.pending.filter((each) => !known.has(each.id)) });
}

export const drop = (replica: Replica, id: string): Replica =>
  rebased({ ...replica, pending: replica.pending.filter((each) => each.id !== id) });

/** Older steps of the same person, to undo further back. */
export function remember(replica: Replica, older: readonly Step[]): Replica {
  return rebased({ ...replica, confirmed: { ...replica.confirmed, past: [...older, ...replica.confirmed.past] } });
}

/** Operations that waited elsewhere (a closed page), before the own ones. */
export function adopt(replica: Replica, operations: readonly Operation[]): Replica {
  const own = new Set(replica.pending.map((each) => each.id));
  const found = operations.filter((each) => !own.has(each.id));
  return found.length ? rebased({ ...replica, pending: [...found, ...replica.pending] }) : replica;
}

const rebased = (replica: Replica): Replica =>
  ({ ...replica, shown: replica.pending.reduce(perform, replica.confirmed) });
