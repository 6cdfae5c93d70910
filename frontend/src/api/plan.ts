/** What a run would do before it starts, as the server foretells it. Mirrors mlops/execution/foretell.py. */
import type { Json } from "@/api/types";

export type ScopeKind = "all" | "to" | "from" | "only" | "changed";
export type PlannedAct = "run" | "reuse" | "read" | "pinned" | "kept" | "skip" | "outside" | "blocked";

/** The part of the drawing to run, and the values of its parameters that differ from their defaults. */
export interface Part {
  readonly scope: { readonly kind: ScopeKind; readonly nodes: readonly string[] };
  readonly parameters: Readonly<Record<string, Json>>;
}

export interface Submission extends Part {
  readonly experiment: string;
  readonly description: string;
}

/** Medians over `runs` earlier steps; `similar`: with inputs about as large. */
export interface Estimate {
  readonly seconds: number;
  readonly memory_bytes: number | null;
  readonly runs: number;
  readonly similar: boolean;
}

export interface PlannedStep {
  readonly node: string;
  readonly title: string;
  readonly action: PlannedAct;
  readonly why: string;
  readonly since: string | null;
  readonly run: string;
  readonly number: number | null;
  readonly estimate: Estimate | null;
  /** Why it would wait for a worker. */
  readonly warning?: string;
}

export interface RunPlan {
  readonly lines: readonly PlannedStep[];
  readonly counts: Readonly<Partial<Record<PlannedAct, number>>>;
  readonly seconds: number;
  readonly memory_bytes: number | null;
  readonly unknown: number;
  readonly slots: number;
}
