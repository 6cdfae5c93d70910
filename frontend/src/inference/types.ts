/** What the server tells of a draft's inference pipelines, and of their packages. */

export type InferenceKind = "realtime" | "batch";

export interface RunRef {
  readonly id: string;
  readonly number: number;
}
export interface InferencePipeline {
  readonly id: string;
  readonly kind: InferenceKind;
  readonly url: string;
  readonly run: RunRef | null;
  /** A completed training run that it does not know yet. */
  readonly newer_run: RunRef | null;
}
export interface Scoring {
  readonly node: string;
  readonly title: string;
  readonly model_title: string;
}
export interface Family {
  readonly training: { readonly id: string; readonly name: string; readonly url: string };
  readonly pipelines: readonly InferencePipeline[];
  readonly run: RunRef | null;
  readonly choices: readonly Scoring[];
}
export interface Derived {
  readonly id: string;
  readonly url: string;
  readonly notes: readonly string[];
}
export interface Package {
  readonly id: string;
  readonly name: string;
  readonly state: "queued" | "running" | "accepted" | "refused" | "failed";
  readonly reason: string;
  readonly hint: string;
  readonly since: string;
  readonly report: { readonly not_compared?: string } | null;
  readonly version: { readonly name: string; readonly number: number; readonly deploy_url: string } | null;
}
