/** Undo and redo by snapshots: documents share what did not change, so a step costs only what it touched. */
import type { GraphDocument } from "@/api/types";

export interface Moment {
  readonly document: GraphDocument;
  /** What the change that led away from this document did. */
  readonly label: string;
}

export interface History {
  readonly past: readonly Moment[];
  readonly present: GraphDocument;
  readonly future: readonly Moment[];
  /** Changes that carry the same key soon after each other are one step (typing in one field). */
  readonly key: string;
  readonly at: number;
}

const ONE_STEP_MS = 1_000;
const LONGEST = 1_000;

export const begin = (document: GraphDocument): History =>
  ({ past: [], present: document, future: [], key: "", at: 0 });

export function record(history: History, next: GraphDocument, label: string, key = "", now = Date.now()): History {
  if (next === history.present) return history;
  const goesOn = key !== "" && key === history.key && now - history.at < ONE_STEP_MS && history.past.length > 0;
  const past = goesOn ? history.past : [...history.past, { document: history.present, label }].slice(-LONGEST);
  return { past, present: next, future: [], key, at: now };
}

export function undo(history: History): History {
  const last = history.past.at(-1);
  if (!last) return history;
  const future = [{ document: history.present, label: last.label }, ...history.future];
  return { past: history.past.slice(0, -1), present: last.document, future, key: "", at: 0 };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  if (!next) return history;
  const past = [...history.past, { document: history.present, label: next.label }];
  return { past, present: next.document, future, key: "", at: 0 };
}
