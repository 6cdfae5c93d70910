/** The graph as `GET /api/v1/lineage/` answers it. */
export interface Thing {
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  readonly distance: number;
  readonly state?: string;
  /** The state in the reader's language. */
  readonly state_label?: string;
  readonly at?: string;
  readonly by?: string;
  readonly url?: string;
  readonly facts?: Readonly<Record<string, string>>;
  /** How many neighbours upstream were given, where there are more; absent: all are here. */
  readonly more_up?: number | null;
  readonly more_down?: number | null;
}

export interface Link {
  readonly source: string;
  readonly target: string;
  readonly relation: string;
}

export interface Piece {
  readonly root: string;
  readonly nodes: readonly Thing[];
  readonly edges: readonly Link[];
  readonly is_whole: boolean;
}

export type Side = "up" | "down";
