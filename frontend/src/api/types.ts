/** What the server sends and takes: the mirror of `mlops.formats` and of the drafts and runs API. */

import type { Change } from "@/graph/changes";
import type { Entry } from "@/graph/replica";

export type PortType = "table" | "untrained_model" | "model" | "transformation" | "image_directory" | "zip" | "any";
export type ColumnType = "integer" | "decimal" | "string" | "boolean" | "date";
export type ParameterType =
  | "string" | "text" | "integer" | "decimal" | "boolean" | "choice" | "range" | "column" | "columns" | "script" | "dataset";
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Task =
  | "regression" | "quantile" | "two_class" | "multiclass" | "clustering" | "anomaly" | "recommendation" | "image";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly categorical?: boolean;
  readonly role?: string;
}
export interface TableSchema {
  readonly columns: readonly Column[];
  readonly row_count?: number | null;
}
export interface Port {
  readonly name: string;
  readonly type: PortType;
  readonly label: string;
  readonly optional?: boolean;
  readonly help?: string;
  /** Of an input for learners or models: the tasks that fit; of an output, those that it may give; none means all. */
  readonly tasks?: readonly string[];
}
export interface Choice {
  readonly value: string;
  readonly label: string;
}
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly label: string;
  readonly help?: string;
  readonly default?: Json;
  readonly required?: boolean;
  readonly minimum?: number | null;
  readonly maximum?: number | null;
  readonly exclusive_minimum?: boolean;
  readonly choices?: readonly Choice[];
  readonly port?: string;
  readonly only_types?: readonly string[];
  readonly language?: "python" | "sql" | "r";
  readonly visible_if?: Readonly<Record<string, readonly Json[]>>;
}
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly group: string;
  readonly help: string;
  readonly inputs?: readonly Port[];
  readonly outputs?: readonly Port[];
  readonly parameters?: readonly Parameter[];
  readonly deterministic?: boolean;
  readonly task?: string;
  readonly extra?: string;
  /** The command that installs its optional part, where that is missing on the server. */
  readonly install?: string;
  readonly training_only?: boolean;
  /** Of a component of the project. */
  readonly own?: Own;
  /** The project that offers it to this one. */
  readonly owner?: string;
}
export interface InnerEnd {
  readonly node: string;
  readonly port: string;
}
export interface Own {
  readonly id: string;
  readonly kind: "command" | "function" | "drawn" | "graph";
  /** The newest version there is. */
  readonly latest: string;
  readonly archived: boolean;
  readonly deprecated: string;
  /** What it asks of its worker by itself. */
  readonly demand?: Demand;
  readonly url: string;
  /** Of a pipeline: the innermost step behind each output, by its id in a run below the card's. */
  readonly outputs: Readonly<Record<string, InnerEnd>>;
  readonly ends: Readonly<Record<string, readonly InnerEnd[]>>;
  readonly outs: Readonly<Record<string, InnerEnd>>;
}
export interface ComponentVersion {
  readonly version: string;
  readonly definition: { readonly how?: { readonly document?: GraphDocument } };
}
export interface ComponentDifference {
  readonly interface: readonly string[];
  readonly inside: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: Readonly<Record<string, readonly string[]>>;
    readonly edges_added: readonly Edge[];
    readonly edges_removed: readonly Edge[];
  } | null;
}
export interface InsideOf {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}
export interface Rule {
  readonly action?: "include" | "exclude";
  readonly by?: "names" | "indices" | "types" | "all";
  readonly names?: readonly string[];
  readonly indices?: string;
  readonly types?: readonly string[];
}
export interface ColumnSelection {
  readonly mode?: "names" | "rules";
  readonly names?: readonly string[];
  readonly begin_with?: "all" | "none";
  readonly rules?: readonly Rule[];
}
export interface Shape {
  readonly type: PortType;
  readonly table?: TableSchema | null;
  readonly task?: string;
  readonly algorithm?: string;
  readonly label?: string;
  readonly classes?: readonly string[];
  readonly features?: readonly string[];
}
export type Shapes = Readonly<Record<string, Readonly<Record<string, Shape>>>>;

export interface Where {
  readonly node?: string | null;
  readonly port?: string | null;
  readonly parameter?: string | null;
  readonly column?: string | null;
  readonly row?: number | null;
  readonly value?: string | null;
}
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly severity?: "error" | "warning";
  readonly where?: Where;
}

export interface DrawnNode {
  readonly component: string;
  readonly version: string;
  readonly parameters?: Readonly<Record<string, Json>>;
  readonly title?: string;
  readonly comment?: string;
  readonly mode?: "" | "disabled" | "bypassed";
  readonly regenerate?: boolean;
  readonly pins?: Readonly<Record<string, Pin>>;
  readonly demand?: Demand;
}
/** What the worker must have that runs a step; nothing is asked by what is not there. */
export interface Demand {
  /** A pool of workers. */
  readonly compute?: string;
  readonly cpus?: number;
  readonly memory_bytes?: number;
  readonly gpus?: number;
  readonly labels?: Readonly<Record<string, string>>;
}
/** Workers with some labels, under a name. */
export interface Pool {
  readonly name: string;
  readonly workers: readonly string[];
}
/** Whether some worker has what is asked for. */
export interface Fit {
  readonly fits: boolean;
  readonly told: string;
  readonly hint: string;
  readonly url: string;
}
export interface Pin {
  readonly run: string;
  readonly node: string;
  readonly port: string;
  readonly tree: string;
  readonly pinned_at: string;
  readonly pinned_by: string;
}
export interface Note {
  readonly text?: string;
  readonly colour?: string;
  readonly node?: string;
}
export interface Group {
  readonly title?: string;
  readonly colour?: string;
  readonly nodes?: readonly string[];
}
export interface PipelineParameter {
  readonly type: "string" | "integer" | "decimal" | "boolean" | "dataset";
  readonly default?: Json;
  readonly help?: string;
}
export interface Edge {
  readonly source: string;
  readonly source_port: string;
  readonly target: string;
  readonly target_port: string;
}
export interface Position {
  readonly x: number;
  readonly y: number;
}
/** Where a node, note or group is drawn, in pixels at 100 %. */
export interface Place extends Position {
  readonly width?: number;
  readonly height?: number;
  readonly collapsed?: boolean;
}
export interface GraphDocument {
  readonly nodes: Readonly<Record<string, DrawnNode>>;
  readonly edges: readonly Edge[];
  readonly layout: Readonly<Record<string, Place>>;
  readonly notes?: Readonly<Record<string, Note>>;
  readonly groups?: Readonly<Record<string, Group>>;
  readonly parameters?: Readonly<Record<string, PipelineParameter>>;
  readonly defaults?: { readonly demand?: Demand };
}

export interface Project {
  readonly slug: string;
  readonly name: string;
}
export type RunState = "queued" | "running" | "completed" | "failed" | "cancelling" | "cancelled";
export type StepState =
  | "waiting" | "queued" | "running" | "completed" | "reused" | "failed" | "skipped" | "cancelled";

/** How a draft stands to the file of a repository that it is kept the same as. */
export interface GitLink {
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
  /** The one at which both were the same last; empty until they were. */
  readonly commit: string;
  readonly state: "queued" | "ready" | "ahead" | "proposed" | "conflict" | "failed";
  readonly reason: string;
  readonly hint: string;
  readonly state_since: string;
  readonly url: string;
}
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly project: Project;
  readonly revision: number;
  readonly document: GraphDocument;
  readonly problems: readonly Problem[];
  readonly shapes: Shapes;
  readonly saved_at: string;
  readonly can_edit: boolean;
  readonly last_run: { readonly id: string; readonly number: number; readonly state: RunState } | null;
  readonly url: string;
  /** The name of the person who asks. */
  readonly me: string;
  /** The version of a component whose inside this is. */
  readonly inside_of?: InsideOf | null;
  readonly steps: Steps;
}
/** A person's own steps in the log; each may have been sent in several operations. */
export interface Steps {
  readonly undo: readonly LoggedStep[];
  readonly redo: readonly LoggedStep[];
  /** Where older ones begin, if there are any. */
  readonly older: number | null;
}
export interface LoggedStep {
  readonly step: string;
  readonly label: string;
  readonly changes: readonly (readonly Change[])[];
}
/** What the log says since a revision; the whole document instead where that is too much. */
export interface News {
  readonly revision: number;
  readonly saved_at: string;
  readonly operations: readonly Entry[];
  readonly document?: GraphDocument;
  readonly accepted?: readonly string[];
  readonly name: string;
  readonly last_run: Draft["last_run"];
}
/** What one person did without a longer break, and the names that were given to its end. */
export interface Sitting {
  readonly who: string;
  readonly first: number;
  readonly last: number;
  readonly began_at: string;
  readonly ended_at: string;
  readonly labels: readonly string[];
  readonly count: number;
  readonly versions: readonly { readonly id: number; readonly name: string; readonly description: string }[];
}
export interface HistoryPage {
  readonly results: readonly Sitting[];
  readonly older: number | null;
  readonly revision: number;
}
/** Somebody who has the same draft open: one entry a page. */
export interface Person {
  readonly name: string;
  readonly full_name: string;
  readonly tab: string;
  readonly nodes: readonly string[];
  readonly field: string;
}
export interface Examined {
  readonly revision: number;
  readonly problems: readonly Problem[];
  readonly shapes: Shapes;
}
export interface DatasetOffer {
  readonly name: string;
  readonly version: number;
  readonly versions: readonly number[];
  readonly description: string;
  readonly schema: TableSchema | null;
  /** What its data node gives: a table, or the files of a zip archive. */
  readonly type?: "table" | "zip";
  readonly is_sample: boolean;
  /** Empty for one of another project. */
  readonly url: string;
  /** The project that offers it to this one. */
  readonly owner?: string;
}
export interface Palette {
  readonly components: readonly Component[];
  /** Every version of the project's own components, the newest of each first. */
  readonly own?: readonly Component[];
  readonly datasets: readonly DatasetOffer[];
}
/** How often drafts of the project link an output of one component to an input of another. */
export interface LinkUse {
  readonly source: string;
  readonly target: string;
  readonly count: number;
}
export interface Saved {
  readonly revision: number;
  readonly saved_at: string;
  readonly problems: readonly Problem[];
  readonly shapes: Shapes;
}
export interface Revision {
  readonly number: number;
  readonly label: string;
  readonly saved_at: string;
  readonly saved_by: string;
}
export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly where?: Where;
  readonly traceback?: string;
}
export interface Step {
  readonly node: string;
  readonly title: string;
  readonly state: StepState;
  readonly reason: string;
  /** What to do next. */
  readonly hint?: string;
  readonly since: string | null;
  readonly progress: number | null;
  readonly seconds: number | null;
  readonly reused: boolean;
  /** Of a card that stands for several steps. */
  readonly isSum?: boolean;
  readonly error: StepError | null;
  readonly outputs: readonly { readonly port: string; readonly type: PortType; readonly tree?: string }[];
}
export interface Run {
  readonly id: string;
  readonly number: number;
  readonly display_name: string;
  readonly experiment: string;
  readonly state: RunState;
  readonly reason: string;
  readonly hint?: string;
  readonly since: string | null;
  readonly can_cancel: boolean;
  readonly steps: readonly Step[];
  readonly metrics: readonly { readonly node: string; readonly key: string; readonly value: number }[];
  readonly url: string;
  readonly project?: Project | string;
}
export interface LogLine {
  readonly seq: number;
  readonly at: string | number;
  readonly stream: string;
  readonly text: string;
}
export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly next: number;
  readonly ended: boolean;
}

export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}
export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly count: number;
  readonly missing_count: number;
  readonly not_missing_count: number;
  readonly empty_count?: number;
  readonly error_count?: number;
  readonly unique_count?: number | null;
  readonly minimum?: Json;
  readonly maximum?: Json;
  readonly mean?: number | null;
  readonly standard_deviation?: number | null;
  readonly variance?: number | null;
  readonly skewness?: number | null;
  readonly kurtosis?: number | null;
  readonly quantiles?: Readonly<Record<string, number>>;
  readonly histogram?: Histogram | null;
  readonly top_values?: readonly { readonly value: string; readonly count: number }[];
}
export interface TableProfile {
  readonly row_count: number;
  readonly columns: readonly ColumnProfile[];
  readonly sampled_rows?: number | null;
}
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly thresholds?: readonly number[];
}
export interface ThresholdRow {
  readonly threshold: number;
  readonly true_positive: number;
  readonly false_positive: number;
  readonly true_negative: number;
  readonly false_negative: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}
export interface ScoreBin {
  readonly low: number;
  readonly high: number;
  readonly positives: number;
  readonly negatives: number;
  readonly share_above: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly negative_precision: number;
  readonly negative_recall: number;
  readonly cumulative_auc: number;
}
export interface QuantileRow {
  readonly level: number;
  readonly pinball_loss: number;
  readonly share_below: number;
}
export interface ClusterRow {
  readonly cluster: string;
  readonly points: number;
  readonly average_distance_to_center: number;
  readonly average_distance_to_other_center: number | null;
  readonly maximal_distance_to_center: number;
}
export interface Evaluated {
  readonly name: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly classes?: readonly string[];
  readonly confusion?: readonly (readonly number[])[];
  readonly roc?: Curve | null;
  readonly precision_recall?: Curve | null;
  readonly lift?: Curve | null;
  readonly thresholds?: readonly ThresholdRow[];
  readonly predicted_actual?: Curve | null;
  readonly residuals?: Histogram | null;
  readonly score_bins?: readonly ScoreBin[];
  readonly quantiles?: readonly QuantileRow[];
  readonly clusters?: readonly ClusterRow[];
}
export interface Evaluation {
  readonly task: Task;
  readonly evaluated: readonly Evaluated[];
}
export interface Choosable {
  readonly name: string;
  readonly label: string;
  readonly logarithmic?: boolean;
  readonly told?: boolean;
}
export interface Trial {
  readonly number: number;
  readonly state: "completed" | "failed" | "stopped";
  readonly values: Readonly<Record<string, Json>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly spread?: Readonly<Record<string, number>>;
  readonly reason?: string;
}
export interface Sweep {
  readonly kind: "sweep";
  readonly task: Task;
  readonly metric: string;
  readonly larger_is_better: boolean;
  readonly choosable: readonly Choosable[];
  readonly trials: readonly Trial[];
  readonly best?: number | null;
  readonly folds?: number;
  readonly notes?: readonly string[];
}
export interface Importance {
  readonly kind: "importance";
  readonly metric: string;
  readonly base: number;
  readonly repeats: number;
  readonly columns: readonly { readonly column: string; readonly importance: number; readonly deviation: number }[];
}
export interface Fold {
  readonly number: number;
  readonly trained_rows: number;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}
export interface CrossValidation {
  readonly kind: "cross_validation";
  readonly task: Task;
  readonly folds: readonly Fold[];
  readonly mean: Readonly<Record<string, number>>;
  readonly deviation: Readonly<Record<string, number>>;
  readonly overall?: Evaluated | null;
}
export interface Difference {
  readonly name: string;
  readonly value: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: "best" | "worse" | "open";
}
export interface Comparison {
  readonly kind: "comparison";
  readonly task: Task;
  readonly metric: string;
  readonly larger_is_better: boolean;
  readonly evaluated: readonly Evaluated[];
  readonly differences: readonly Difference[];
  readonly paired: boolean;
  readonly resamples: number;
  readonly verdict: string;
}
export type Finding = Sweep | Importance | CrossValidation | Comparison;
export interface TableOutput {
  readonly type: "table";
  readonly schema: TableSchema;
  readonly row_count: number;
  readonly rows: readonly (readonly Json[])[];
  readonly profile: TableProfile | null;
  readonly evaluation: Evaluation | null;
  readonly finding?: Finding | null;
}
export interface Field {
  readonly name: string;
  readonly type: ColumnType;
  readonly required?: boolean;
}
export interface ModelOutput {
  readonly type: "model";
  readonly task: Task;
  readonly algorithm: string;
  readonly label: string;
  readonly classes?: readonly string[];
  readonly features?: readonly { readonly column: string; readonly kind: string }[];
  readonly signature?: { readonly inputs: readonly Field[]; readonly outputs: readonly Field[] };
  readonly framework?: string;
  readonly framework_version?: string;
  readonly parameters?: Readonly<Record<string, Json>>;
  readonly trained_rows?: number;
  readonly sources?: readonly string[];
  readonly broken?: string;
  readonly register_url?: string | null;
  readonly importance?: Readonly<Record<string, number>>;
}
export interface OtherOutput {
  readonly type: Exclude<PortType, "table" | "model" | "zip">;
  readonly summary: readonly { readonly label: string; readonly value: Json }[];
}
/** Files that a step wrote, to be downloaded. */
export interface FilesOutput {
  readonly type: "zip";
  readonly summary: readonly { readonly label: string; readonly value: Json }[];
  readonly files: readonly { readonly path: string; readonly size_bytes: number; readonly url: string }[];
}
export type Output = FilesOutput | TableOutput | ModelOutput | OtherOutput;

export interface Notice {
  readonly seq: number;
  readonly kind: string;
  readonly ref: string;
}

/** Where published pipelines are called. */
export interface PublishedEndpoint {
  readonly id: string;
  readonly name: string;
  readonly default_version: number | null;
}

export interface Publication {
  readonly endpoint: string;
  readonly description: string;
  readonly make_default: boolean;
}

export interface Published {
  readonly endpoint: string;
  readonly version: number;
}
