import { expect, test } from "vitest";
import type { GraphDocument } from "@/api/types";
import { asking, filled, labelsOf, labelsText, setDefault, setDemand } from "@/graph/demand";

const DRAWN: GraphDocument = { nodes: { a: { component: "one", version: "1" } }, edges: [], layout: {} };

test("a demand is said, changed and taken back without a trace", () => {
  const asked = setDemand(DRAWN, "a", asking({}, "gpus", 1));
  expect(asked.nodes["a"]?.demand).toEqual({ gpus: 1 });
  expect(setDemand(asked, "a", asking({ gpus: 1 }, "gpus", 0)).nodes["a"]).toEqual(DRAWN.nodes["a"]);
  expect(setDefault(setDefault(DRAWN, { cpus: 2 }), {}).defaults).toEqual({});
});

test("the step counts more than its component, and that more than the pipeline", () => {
  expect(filled({ gpus: 1 }, { cpus: 2 }, { cpus: 4, compute: "slow" })).toEqual({ gpus: 1, cpus: 2, compute: "slow" });
});

test("labels are read as they are written", () => {
  expect(labelsText(labelsOf(" zone=a, gpu ,, =x"))).toBe("gpu,zone=a");
});
