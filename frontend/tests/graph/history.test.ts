import { describe, expect, it } from "vitest";
import { difference } from "@/graph/changes";
import { sameDocument } from "@/graph/document";
import { begin, type History, type Operation, perform } from "@/graph/history";
import * as op from "@/graph/operations";
import { drawn, wired } from "../catalogue";
import { dice } from "../dice";
import { anyChange } from "../wander";

const operation = (kind: Operation["kind"], step: string, changes: Operation["changes"] = []): Operation =>
  ({ id: `${kind}-${step}`, kind, step, label: step, changes });

const undo = (history: History): History => {
  const step = history.past.at(-1);
  return step ? perform(history, operation("undo", step.step)) : history;
};
const redo = (history: History): History => {
  const step = history.future[0];
  return step ? perform(history, operation("redo", step.step)) : history;
};
const all = (history: History, step: (history: History) => History): History => {
  const next = step(history);
  return next === history ? history : all(next, step);
};

function wander(seed: number, steps: number): { readonly start: History; readonly end: History } {
  const roll = dice(seed);
  const start = begin(wired(drawn("cars", "clean", "train"), "cars.dataset>clean.in"));
  let history = start;
  for (let step = 0; step < steps; step += 1) {
    if (roll(8) === 0) history = roll(2) ? undo(history) : redo(history);
    else history = perform(history, operation("do", `${step}`, difference(history.present, anyChange(history.present, roll))));
  }
  return { start, end: history };
}

describe("one person's steps", () => {
  it.each(Array.from({ length: 60 }, (_unused, seed) => seed))("undoing all of any sequence gives the start (seed %i)", (seed) => {
    const { start, end } = wander(seed, 60);
    expect(sameDocument(all(end, undo).present, start.present)).toBe(true);
  });

  it.each(Array.from({ length: 30 }, (_unused, seed) => seed))("redoing what was undone gives the end (seed %i)", (seed) => {
    const latest = all(wander(seed, 40).end, redo);
    expect(sameDocument(all(all(latest, undo), redo).present, latest.present)).toBe(true);
  });

  it("operations of one step are undone at once", () => {
    let history = begin(drawn("clean"));
    for (const text of ["a", "ab", "abc"]) {
      const typed = op.setParameter(history.present, "clean", "value", text);
      history = perform(history, operation("do", "typing", difference(history.present, typed)));
    }
    expect(history.past).toHaveLength(1);
    expect(undo(history).present.nodes["clean"]?.parameters?.["value"]).toBe("0");
  });

  it("a new change after an undo forgets what was undone", () => {
    const first = perform(begin(drawn("clean")), operation("do", "one", difference(drawn("clean"), drawn("clean", "train"))));
    const undone = undo(first);
    const other = perform(undone, operation("do", "two", difference(undone.present, drawn("clean", "score"))));
    expect(redo(other)).toBe(other);
  });
});
