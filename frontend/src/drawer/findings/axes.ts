/** The axes of a parallel-coordinates plot: where each value of a trial lies between 0 (bottom) and 1 (top), and which trials pass the brushes. */
import type { Json, Sweep, Trial } from "@/api/types";

export interface Axis {
  readonly name: string;
  readonly label: string;
  readonly kind: "linear" | "log" | "names";
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
  readonly of: (trial: Trial) => Json | undefined;
  /** Small values are at the top: of a metric that is better when it is smaller. */
  readonly isFlipped: boolean;
}

/** The part of an axis that is let through, as places between 0 and 1. */
export type Brushes = Readonly<Record<string, readonly [number, number]>>;

export const MOST_NAMES = 12;

/** One axis a setting that differs and can be shown, then the metric. */
export function axesOf(sweep: Sweep, metricLabel: string): readonly Axis[] {
  const settings = sweep.choosable.flatMap((each): readonly Axis[] => {
    if (each.told) return [];
    const of = (trial: Trial): Json | undefined => trial.values[each.name];
    const axis = axisOf({ name: each.name, label: each.label, of, values: sweep.trials.map(of), logarithmic: each.logarithmic === true });
    return axis ? [axis] : [];
  });
  const measured = (trial: Trial): Json | undefined => (trial.state === "completed" ? trial.metrics?.[sweep.metric] : undefined);
  const last = axisOf({ name: "(metric)", label: metricLabel, of: measured, values: sweep.trials.map(measured), logarithmic: false });
  return last ? [...settings, { ...last, isFlipped: !sweep.larger_is_better }] : settings;
}

interface Given {
  readonly name: string;
  readonly label: string;
  readonly of: Axis["of"];
  readonly values: readonly (Json | undefined)[];
  readonly logarithmic: boolean;
}

function axisOf({ name, label, of, values, logarithmic }: Given): Axis | null {
  const known = values.filter((value) => value !== undefined && value !== null);
  const numbers = known.filter((value): value is number => typeof value === "number");
  if (numbers.length > 0 && numbers.length === known.length) {
    const low = numbers.reduce((least, value) => Math.min(least, value), Infinity);
    const high = numbers.reduce((most, value) => Math.max(most, value), -Infinity);
    return { name, label, of, low, high, names: [], isFlipped: false, kind: logarithmic && low > 0 ? "log" : "linear" };
  }
  const names = [...new Set(known.map(String))].sort();
  return names.length > 0 && names.length <= MOST_NAMES ? { name, label, of, low: 0, high: 0, names, isFlipped: false, kind: "names" } : null;
}

/** Null where the trial has no value on the axis. */
export function placeOf(axis: Axis, trial: Trial): number | null {
  const value = axis.of(trial);
  if (value === undefined || value === null) return null;
  if (axis.kind === "names") {
    const at = axis.names.indexOf(String(value));
    return axis.names.length > 1 ? at / (axis.names.length - 1) : 0.5;
  }
  if (typeof value !== "number") return null;
  if (axis.high === axis.low) return 0.5;
  const place = axis.kind === "log"
    ? Math.log(value / axis.low) / Math.log(axis.high / axis.low)
    : (value - axis.low) / (axis.high - axis.low);
  return axis.isFlipped ? 1 - place : place;
}

/** The value at a place of an axis of numbers. */
export function valueAt(axis: Axis, place: number): number {
  const share = axis.isFlipped ? 1 - place : place;
  if (axis.kind === "log") return axis.low * (axis.high / axis.low) ** share;
  return axis.low + (axis.high - axis.low) * share;
}

export function passes(axes: readonly Axis[], brushes: Brushes, trial: Trial): boolean {
  return axes.every((axis) => {
    const brush = brushes[axis.name];
    if (!brush) return true;
    const place = placeOf(axis, trial);
    return place !== null && place >= brush[0] - 1e-9 && place <= brush[1] + 1e-9;
  });
}

/** 1 for the best trial down to 0 for the worst, by trial number. */
export function standings(sweep: Sweep): ReadonlyMap<number, number> {
  const sign = sweep.larger_is_better ? 1 : -1;
  const done = sweep.trials.filter((trial) => trial.state === "completed" && trial.metrics?.[sweep.metric] !== undefined);
  const value = (trial: Trial): number => sign * (trial.metrics?.[sweep.metric] ?? 0);
  const sorted = [...done].sort((a, b) => value(a) - value(b) || b.number - a.number);
  return new Map(sorted.map((trial, at) => [trial.number, sorted.length > 1 ? at / (sorted.length - 1) : 1]));
}
