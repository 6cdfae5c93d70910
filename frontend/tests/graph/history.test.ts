import { describe, expect, it } from "vitest";
import type { GraphDocument } from "@/api/types";
import { draw } from "@/graph/catalogue";
import { edgeId, nodeIds } from "@/graph/document";
import { cutOut, freshId, paste } from "@/graph/fragment";
import { begin, type History, record, redo, undo } from "@/graph/history";
import { layOut } from "@/graph/layout";
import * as op from "@/graph/operations";
import { CATALOGUE, drawn, wired } from "../catalogue";

/** Small, seeded, good enough to wander: a failure names its seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2654435761 + 1;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state % Math.max(1, sides);
  };
}

function anyChange(document: GraphDocument, roll: (sides: number) => number): GraphDocument {
  const ids = nodeIds(document);
  const some = (): string => ids[roll(ids.length)] ?? "";
  const names = [...CATALOGUE.components.keys()];
  switch (roll(10)) {
    case 0: case 1: {
      const component = CATALOGUE.components.get(names[roll(names.length)]!)!;
      return op.addNode(document, freshId(new Set(ids), component.name), draw(component), { x: roll(900), y: roll(900) });
    }
    case 2: return op.moveNodes(document, { [some()]: { x: roll(900), y: roll(900) } });
    case 3: case 4: return op.connect(document, { source: some(), source_port: "out", target: some(), target_port: roll(2) ? "in" : "data" });
    case 5: return op.disconnect(document, document.edges.slice(0, roll(3)).map(edgeId));
    case 6: return op.deleteAndReconnect(document, [some()], () => roll(2) === 0);
    case 7: return op.setParameter(document, some(), "mode", roll(3));
    case 8: return paste(document, cutOut(document, [some(), some()]), { x: roll(900), y: roll(900) }).document;
    default: return roll(2) ? op.moveNodes(document, layOut(document)) : op.rename(document, some(), `name ${roll(5)}`);
  }
}

function wander(seed: number, steps: number): { readonly start: GraphDocument; readonly end: History } {
  const roll = dice(seed);
  const start = wired(drawn("cars", "clean", "train"), "cars.dataset>clean.in");
  let history = begin(start);
  for (let step = 0; step < steps; step += 1) {
    if (roll(8) === 0) history = roll(2) ? undo(history) : redo(history);
    else history = record(history, anyChange(history.present, roll), `step ${step}`);
  }
  return { start, end: history };
}

const all = (history: History, step: (history: History) => History): History => {
  const next = step(history);
  return next === history ? history : all(next, step);
};

describe("history", () => {
  it.each(Array.from({ length: 60 }, (_unused, seed) => seed))("undoing all of any sequence gives the start (seed %i)", (seed) => {
    const { start, end } = wander(seed, 60);
    expect(all(end, undo).present).toBe(start);
  });

  it.each(Array.from({ length: 30 }, (_unused, seed) => seed))("redoing what was undone gives the end (seed %i)", (seed) => {
    const latest = all(wander(seed, 40).end, redo);
    expect(all(all(latest, undo), redo).present).toBe(latest.present);
  });

  it("typing in one field is one step, a pause begins a new one", () => {
    const start = drawn("clean");
    let history = begin(start);
    let document = start;
    for (const [text, at] of [["a", 0], ["ab", 200], ["abc", 400], ["abcd", 3000]] as const) {
      document = op.setParameter(document, "clean", "value", text);
      history = record(history, document, "Set", "set clean value", at);
    }
    expect(undo(history).present.nodes["clean"]?.parameters?.["value"]).toBe("abc");
    expect(undo(undo(history)).present).toBe(start);
  });

  it("a change that changes nothing is no step", () => {
    const history = begin(drawn("clean"));
    expect(record(history, history.present, "Nothing")).toBe(history);
  });

  it("a new change after an undo forgets what was undone", () => {
    const first = record(begin(drawn("clean")), drawn("clean", "train"), "Add");
    const other = record(undo(first), drawn("clean", "score"), "Add");
    expect(redo(other)).toBe(other);
  });
});
