/** One person's steps: what can be undone and redone, as it follows from that person's entries in the log. */
import type { GraphDocument } from "@/api/types";
import { apply, type Change, changeOf, compose, takingBack } from "@/graph/changes";

/** What one undo takes back. */
export interface Step {
  readonly step: string;
  readonly label: string;
  readonly changes: readonly Change[];
}

export interface History {
  /** The newest last. */
  readonly past: readonly Step[];
  readonly present: GraphDocument;
  /** The next to be redone first. */
  readonly future: readonly Step[];
  /** Undone, and given up by a change after it; another page of the same person may still bring it back. */
  readonly given: readonly Step[];
}

export type Kind = "do" | "undo" | "redo";

export interface Operation {
  readonly id: string;
  readonly kind: Kind;
  /** What is undone at once; of an undo or redo, the step that it is about. */
  readonly step: string;
  readonly label: string;
  /** Of a `do`; what undoing and redoing changes follows from the step. */
  readonly changes: readonly Change[];
}

export const begin = (
  document: GraphDocument, past: readonly Step[] = [], future: readonly Step[] = [],
): History => ({ past, present: document, future, given: [] });

/** The own operation takes effect, on whatever the drawing is by now. */
export function perform(history: History, operation: Operation): History {
  switch (operation.kind) {
    case "do": return note({ ...history, present: apply(history.present, operation.changes) }, operation);
    case "undo": return note({ ...history, present: apply(history.present, undoing(history, operation.step).changes) }, operation);
    case "redo": return note({ ...history, present: apply(history.present, redoing(history, operation.step)) }, operation);
  }
}

/** Moves the step between past and future; the drawing stays. */
export function note(history: History, { kind, step, label, changes }: Operation): History {
  const { past, future, given } = history;
  if (kind === "do") {
    const last = past.at(-1);
    const isMore = last?.step === step;
    const whole = { step, label, changes: isMore ? compose(last.changes, changes) : changes };
    return { ...history, past: [...(isMore ? past.slice(0, -1) : past), whole], future: [], given: [...future, ...given] };
  }
  const moved = (kind === "undo" ? past : [...future, ...given]).find((each) => each.step === step);
  if (!moved) return history;
  const others = (steps: readonly Step[]): readonly Step[] => steps.filter((each) => each !== moved);
  return kind === "undo" ? { ...history, past: others(past), future: [moved, ...future] }
    : { ...history, past: [...past, moved], future: others(future), given: others(given) };
}

/** What undoing the step changes now, and how many of its fields stay because they were changed since. */
export function undoing(history: History, step: string): ReturnType<typeof takingBack> {
  const found = history.past.find((each) => each.step === step);
  return found ? takingBack(history.present, found.changes) : { changes: [], kept: 0 };
}

function redoing(history: History, step: string): readonly Change[] {
  const found = [...history.future, ...history.given].find((each) => each.step === step);
  const back = (found?.changes ?? []).map(({ path, before, after }) => changeOf(path, after, before));
  return takingBack(history.present, back).changes;
}
