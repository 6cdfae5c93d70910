import { describe, expect, it } from "vitest";
import type { Sweep, Trial } from "@/api/types";
import { axesOf, passes, placeOf, standings, valueAt } from "@/drawer/findings/axes";

const trial = (number: number, rate: number, kind: string, error: number | null): Trial => ({
  number, state: error === null ? "failed" : "completed", values: { rate, kind, note: `note ${number}` }, metrics: error === null ? {} : { error },
});

const SWEEP: Sweep = {
  kind: "sweep", task: "regression", metric: "error", larger_is_better: false, best: 2,
  choosable: [{ name: "rate", label: "Rate", logarithmic: true }, { name: "kind", label: "Kind" }],
  trials: [trial(1, 0.01, "tree", 5), trial(2, 0.1, "linear", 3), trial(3, 1, "tree", null)],
};
const AXES = axesOf(SWEEP, "Error");
const placesOf = (at: number): readonly (number | null)[] => AXES.map((axis) => { const one = SWEEP.trials[at]; return one ? placeOf(axis, one) : null; });

describe("the axes of a sweep", () => {
  it("are its settings and then the metric", () => expect(AXES.map((axis) => [axis.label, axis.kind])).toEqual([["Rate", "log"], ["Kind", "names"], ["Error", "linear"]]));

  it("place values by factors, names and differences, the best metric on top", () => {
    const places = placesOf(1);
    expect(places[0]).toBeCloseTo(0.5);
    expect(places.slice(1)).toEqual([0, 1]);
  });

  it("have no place for what a failed trial lacks", () => expect(placesOf(2)[2]).toBeNull());

  it("leave out texts that are all different", () => {
    const many = Array.from({ length: 20 }, (_unused, at) => trial(at, 1, "tree", 1));
    const noted = axesOf({ ...SWEEP, choosable: [{ name: "note", label: "Note" }], trials: many }, "Error");
    expect(noted.map((axis) => axis.label)).toEqual(["Error"]);
  });

  it("give back the value of a place", () => { const rate = AXES[0]; if (rate) expect(valueAt(rate, 0.5)).toBeCloseTo(0.1); });
});

describe("brushes", () => {
  it("let through what lies inside of all of them", () => {
    const kept = SWEEP.trials.filter((one) => passes(AXES, { rate: [0.4, 1], kind: [1, 1] }, one));
    expect(kept.map((one) => one.number)).toEqual([3]);
  });

  it("keep out what has no value there", () => expect(SWEEP.trials.filter((one) => passes(AXES, { "(metric)": [0, 1] }, one))).toHaveLength(2));
});

it("ranks completed trials from the worst to the best", () => expect([...standings(SWEEP)]).toEqual([[1, 0], [2, 1]]));
