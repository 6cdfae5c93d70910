/** What a person can do next with a drawing: one thing at a time, from what is there. */
import { type Run, type Step } from "@/api/types";
import { isBlocking, type State } from "@/designer/state";
import { changedSince } from "@/graph/document";

export type Next =
  | { readonly kind: "empty" }
  | { readonly kind: "mend"; readonly count: number }
  | { readonly kind: "learn" }
  | { readonly kind: "submit" }
  | { readonly kind: "wait"; readonly run: Run }
  | { readonly kind: "failed"; readonly run: Run; readonly step: Step | null }
  | { readonly kind: "stopped"; readonly run: Run }
  | { readonly kind: "changed"; readonly run: Run }
  | { readonly kind: "deploy"; readonly run: Run }
  | { readonly kind: "trained"; readonly run: Run; readonly models: readonly Made[]; readonly evaluation: Made | null };

/** An output of a completed step. */
export interface Made {
  readonly node: string;
  readonly port: string;
  readonly title: string;
}

const MOST_MODELS = 3;

/** Null when there is nothing to advise: a run that is looked at, somebody who may only read, results that hold no model. */
export function nextStep(state: State): Next | null {
  if (state.isRunView || !state.canEdit || state.insideOf) return null;
  const drawn = Object.values(state.history.present.nodes);
  if (drawn.length === 0) return { kind: "empty" };
  const run = state.run;
  if (run && (run.state === "queued" || run.state === "running" || run.state === "cancelling")) return { kind: "wait", run };
  const count = state.problems.filter(isBlocking).length;
  if (count) return { kind: "mend", count };
  if (!run) return drawn.length === 1 ? { kind: "learn" } : { kind: "submit" };
  if (run.state === "failed") return { kind: "failed", run, step: run.steps.find((step) => step.state === "failed") ?? null };
  if (run.state === "cancelled") return { kind: "stopped", run };
  if (state.submitted && changedSince(state.history.present, state.submitted).size) return { kind: "changed", run };
  if (drawn.some((node) => node.component === "web_service_input")) return { kind: "deploy", run };
  const models = made(run, "model");
  const evaluation = made(run, "table").find((each) => each.port === "evaluation_results") ?? null;
  return models.length ? { kind: "trained", run, models: models.slice(0, MOST_MODELS), evaluation } : null;
}

const made = (run: Run, type: string): readonly Made[] =>
  run.steps.flatMap((step) => step.outputs.filter((output) => output.type === type).map((output) => ({ node: step.node, port: output.port, title: step.title })));
