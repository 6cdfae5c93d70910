import { describe, expect, it } from "vitest";
import type { Problem, Run } from "@/api/types";
import { nextStep } from "@/designer/next";
import type { State } from "@/designer/state";

const node = (component: string) => ({ component });
const state = (nodes: Record<string, unknown>, more: Partial<State> = {}): State => ({
  canEdit: true, isRunView: false, insideOf: null, problems: [], run: null, history: { present: { nodes } }, ...more,
}) as unknown as State;
const run = (more: Partial<Run>): Run => ({ id: "r", number: 1, state: "completed", steps: [], ...more }) as unknown as Run;
const two = { data: node("dataset"), train: node("train_model") };

describe("the next step", () => {
  it("begins with data", () => {
    expect(nextStep(state({}))?.kind).toBe("empty");
    expect(nextStep(state({ data: node("dataset") }))?.kind).toBe("learn");
  });

  it("is to mend what stands in the way, then to submit", () => {
    const problem = { code: "x", message: "", severity: "error" } as unknown as Problem;
    expect(nextStep(state(two, { problems: [problem] }))).toEqual({ kind: "mend", count: 1 });
    expect(nextStep(state(two))?.kind).toBe("submit");
  });

  it("is to register what a complete run trained", () => {
    const steps = [{ node: "train", title: "Train Model", state: "completed", outputs: [{ port: "trained_model", type: "model" }] }] as unknown as Run["steps"];
    expect(nextStep(state(two, { run: run({ steps }) }))).toMatchObject({ kind: "trained", models: [{ node: "train", port: "trained_model" }] });
  });

  it("is to submit again where the drawing has changed since its run", () => {
    const present = { nodes: two, edges: [] };
    const submitted = { nodes: { data: node("dataset") }, edges: [] } as unknown as State["submitted"];
    expect(nextStep(state({}, { run: run({}), submitted, history: { present } as unknown as State["history"] }))?.kind).toBe("changed");
  });

  it("is to deploy where the pipeline answers requests", () => {
    expect(nextStep(state({ in: node("web_service_input"), ...two }, { run: run({}) }))?.kind).toBe("deploy");
  });

  it("names the step that failed", () => {
    const steps = [{ node: "train", title: "Train Model", state: "failed", outputs: [] }] as unknown as Run["steps"];
    expect(nextStep(state(two, { run: run({ state: "failed", steps }) }))).toMatchObject({ kind: "failed", step: { node: "train" } });
  });

  it("is not told to somebody who only reads", () => {
    expect(nextStep(state(two, { canEdit: false }))).toBeNull();
  });
});
