/** Trials as lines over parallel axes. Dragging along an axis lets only the lines through that cross there; the sliders below do the same by keyboard. */
import { type JSX, type PointerEvent, useRef } from "react";
import type { Sweep } from "@/api/types";
import { type Axis, type Brushes, passes, placeOf, standings, valueAt } from "@/drawer/findings/axes";
import { _, number } from "@/i18n";

const WIDTH = 1100;
const HEIGHT = 300;
const TOP = 34;
const BOTTOM = 22;
const SIDE = 60;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
const SHORTEST = 0.02;

interface ParallelProps {
  readonly sweep: Sweep;
  readonly axes: readonly Axis[];
  readonly brushes: Brushes;
  readonly chosen: number | null;
  readonly onBrush: (axis: string, brush: readonly [number, number] | null) => void;
  readonly onChoose: (trial: number | null) => void;
}

const yOf = (place: number): number => TOP + (1 - place) * (HEIGHT - TOP - BOTTOM);
const placeAt = (y: number): number => Math.min(1, Math.max(0, 1 - (y - TOP) / (HEIGHT - TOP - BOTTOM)));

export function Parallel({ sweep, axes, brushes, chosen, onBrush, onChoose }: ParallelProps): JSX.Element | null {
  const ranks = standings(sweep);
  if (axes.length < 2) return null;
  const xOf = (at: number): number => SIDE + (at * (WIDTH - 2 * SIDE)) / (axes.length - 1);
  const drawn = [...sweep.trials].sort((a, b) => (ranks.get(a.number) ?? -1) - (ranks.get(b.number) ?? -1));
  return (
    <figure className="parallel">
      <figcaption>{_("Every line is a trial: the stronger its colour, the better. Drag along an axis to keep only the lines that cross there.")}</figcaption>
      <div className="scrolls" tabIndex={0} role="region" aria-label={_("Trials as lines")}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} data-testid="parallel" role="group" aria-label={_("Parallel coordinates of %(n)s trials", { n: sweep.trials.length })}>
          {drawn.map((trial) => {
            const points = axes.flatMap((axis, at) => {
              const place = placeOf(axis, trial);
              return place === null ? [] : [`${xOf(at)},${yOf(place)}`];
            });
            const kept = passes(axes, brushes, trial);
            const name = trial.number === sweep.best ? "is-best" : trial.number === chosen ? "is-chosen" : "";
            return (
              <polyline key={trial.number} points={points.join(" ")} className={`parallel-line ${name}${kept ? "" : " is-out"}`}
                style={{ "--rank": ranks.get(trial.number) ?? 0 } as Record<string, number>}
                onPointerEnter={() => onChoose(trial.number)} onPointerLeave={() => onChoose(null)}>
                <title>{_("Trial %(n)s", { n: trial.number })}</title>
              </polyline>
            );
          })}
          {axes.map((axis, at) => <AxisLine key={axis.name} axis={axis} x={xOf(at)} anchor={at === 0 ? "start" : at === axes.length - 1 ? "end" : "middle"} brush={brushes[axis.name]} onBrush={(brush) => onBrush(axis.name, brush)} />)}
        </svg>
      </div>
      <Sliders axes={axes} brushes={brushes} onBrush={onBrush} />
    </figure>
  );
}

interface AxisLineProps {
  readonly axis: Axis;
  readonly x: number;
  readonly anchor: "start" | "middle" | "end";
  readonly brush: readonly [number, number] | undefined;
  readonly onBrush: (brush: readonly [number, number] | null) => void;
}

function AxisLine({ axis, x, anchor, brush, onBrush }: AxisLineProps): JSX.Element {
  const begin = useRef<number | null>(null);
  const at = (event: PointerEvent<SVGRectElement>): number => {
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    return box ? placeAt(((event.clientY - box.top) / box.height) * HEIGHT) : 0;
  };
  const drag = (event: PointerEvent<SVGRectElement>): void => {
    if (begin.current === null) return;
    const here = at(event);
    onBrush([Math.min(begin.current, here), Math.max(begin.current, here)]);
  };
  const end = (event: PointerEvent<SVGRectElement>): void => {
    if (begin.current !== null && Math.abs(at(event) - begin.current) < SHORTEST) onBrush(null);
    begin.current = null;
  };
  const ticks = axis.kind === "names"
    ? axis.names.map((name, place) => [axis.names.length > 1 ? place / (axis.names.length - 1) : 0.5, name] as const)
    : axis.low === axis.high ? [[0.5, number(axis.low, 4)] as const] : TICKS.map((place) => [place, number(valueAt(axis, place), 3)] as const);
  return (
    <g className="parallel-axis">
      <text x={anchor === "start" ? x - SIDE / 2 : anchor === "end" ? x + SIDE - 4 : x} y={14} textAnchor={anchor} className="parallel-name"><title>{axis.label}</title>{short(axis.label)}</text>
      <line x1={x} x2={x} y1={yOf(1)} y2={yOf(0)} />
      {ticks.map(([place, text]) => <text key={`${place}`} x={x + 5} y={yOf(place) + 3.5}>{short(text)}</text>)}
      {brush ? <rect className="parallel-brush" x={x - 6} width={12} y={yOf(brush[1])} height={Math.max(2, yOf(brush[0]) - yOf(brush[1]))} /> : null}
      <rect className="parallel-grip" x={x - 14} width={28} y={TOP - 6} height={HEIGHT - TOP - BOTTOM + 12}
        onPointerDown={(event) => { begin.current = at(event); event.currentTarget.setPointerCapture(event.pointerId); }}
        onPointerMove={drag} onPointerUp={end} />
    </g>
  );
}

function Sliders({ axes, brushes, onBrush }: Pick<ParallelProps, "axes" | "brushes" | "onBrush">): JSX.Element {
  const isSet = Object.keys(brushes).length > 0;
  return (
    <details className="parallel-sliders">
      <summary>{_("Filter by values")}</summary>
      <div>
        {axes.map((axis) => {
          const [low, high] = brushes[axis.name] ?? [0, 1];
          const word = (place: number): string => (axis.kind === "names" ? axis.names[Math.round(place * (axis.names.length - 1))] ?? "" : number(valueAt(axis, place), 4));
          const set = (next: readonly [number, number]): void => onBrush(axis.name, next[0] <= 0 && next[1] >= 1 ? null : next);
          return (
            <fieldset key={axis.name}>
              <legend>{axis.label}</legend>
              <label>{_("From")} <input type="range" min={0} max={1} step={0.01} value={low} aria-valuetext={word(low)} onChange={(event) => set([Math.min(Number(event.target.value), high), high])} /></label>
              <label>{_("To")} <input type="range" min={0} max={1} step={0.01} value={high} aria-valuetext={word(high)} onChange={(event) => set([low, Math.max(Number(event.target.value), low)])} /></label>
              <output>{word(low)} – {word(high)}</output>
            </fieldset>
          );
        })}
      </div>
      {isSet ? <button type="button" className="s-button" onClick={() => axes.forEach((axis) => onBrush(axis.name, null))}>{_("Show all trials")}</button> : null}
    </details>
  );
}

const short = (text: string): string => (text.length > 22 ? `${text.slice(0, 20)}…` : text);
