/** The state of a pipeline component's card, from the steps inside: an id `card.inner` lies inside `card`. */
import type { Step, StepState } from "@/api/types";

/** The first of these that an inner step has is the card's. */
const ORDER: readonly StepState[] = ["failed", "cancelled", "running", "queued", "waiting", "skipped", "completed", "reused"];

export function summed(steps: readonly Step[]): readonly Step[] {
  const inside = new Map<string, Step[]>();
  for (const step of steps) {
    const parts = step.node.split(".");
    for (let depth = 1; depth < parts.length; depth += 1) {
      const card = parts.slice(0, depth).join(".");
      inside.set(card, [...(inside.get(card) ?? []), step]);
    }
  }
  return [...inside].map(([card, inner]) => one(card, inner));
}

export const innerSteps = (steps: Iterable<Step>, card: string): readonly Step[] =>
  [...steps].filter((step) => step.node.startsWith(`${card}.`) && !step.isSum);

function one(card: string, inner: readonly Step[]): Step {
  const done = inner.filter((step) => step.state === "completed" || step.state === "reused").length;
  const started = inner.some((step) => step.state !== "waiting");
  const first = inner.find((step) => step.state === ORDER.find((state) => inner.some((each) => each.state === state)));
  const state = first?.state === "waiting" && started ? "running" : (first?.state ?? "waiting");
  return {
    ...(first ?? (inner[0] as Step)),
    node: card, state, isSum: true, outputs: [],
    reason: state === "completed" || state === "reused" ? "" : `${first?.title ?? ""}: ${first?.reason ?? ""}`,
    progress: done / inner.length,
    seconds: inner.reduce((sum, step) => sum + (step.seconds ?? 0), 0) || null,
    reused: inner.every((step) => step.reused),
  };
}
