/** The trials of a sweep or of AutoML: as a table that can be sorted, as lines over their settings, and the metric against each setting. */
import { type JSX, useMemo, useState } from "react";
import type { Choosable, Json, Sweep, Trial } from "@/api/types";
import { axesOf, type Axis, type Brushes, passes } from "@/drawer/findings/axes";
import { Parallel } from "@/drawer/findings/Parallel";
import { metricName } from "@/drawer/metrics";
import type { Figure } from "@/plot/plotly";
import { Plot } from "@/ui/Plot";
import { _, number } from "@/i18n";

const MOST_SHOWN = 500;

export function SweepView({ sweep }: { readonly sweep: Sweep }): JSX.Element {
  const [brushes, setBrushes] = useState<Brushes>({});
  const [chosen, setChosen] = useState<number | null>(null);
  const axes = useMemo(() => axesOf(sweep, metricName(sweep.metric)), [sweep]);
  const kept = useMemo(() => sweep.trials.filter((trial) => passes(axes, brushes, trial)), [sweep, axes, brushes]);
  const brush = (name: string, range: readonly [number, number] | null): void =>
    setBrushes(({ [name]: _old, ...others }) => (range ? { ...others, [name]: range } : others));
  return (
    <>
      <Summary sweep={sweep} />
      {sweep.notes?.length ? <ul className="finding-notes">{sweep.notes.map((note) => <li key={note}>{note}</li>)}</ul> : null}
      {sweep.trials.length > 1 ? <Parallel sweep={sweep} axes={axes} brushes={brushes} chosen={chosen} onBrush={brush} onChoose={setChosen} /> : null}
      <TrialTable sweep={sweep} trials={kept} chosen={chosen} onChoose={setChosen} />
      <div className="plots">
        {sweep.trials.length > 1 ? <History sweep={sweep} /> : null}
        {axes.slice(0, -1).map((axis) => <Against key={axis.name} sweep={sweep} axis={axis} />)}
      </div>
    </>
  );
}

function Summary({ sweep }: { readonly sweep: Sweep }): JSX.Element | null {
  const best = sweep.trials.find((trial) => trial.number === sweep.best);
  const value = best?.metrics?.[sweep.metric];
  if (!best || value === undefined) return null;
  const spread = best.spread?.[sweep.metric];
  const how = sweep.folds ? _("the mean of %(n)s folds", { n: sweep.folds }) : _("on the validation dataset");
  return (
    <p className="finding-verdict" data-testid="verdict">
      {_("Trial %(trial)s of %(all)s is best: %(metric)s %(value)s, %(how)s.", {
        trial: best.number, all: sweep.trials.length, metric: metricName(sweep.metric),
        value: spread === undefined ? number(value, 5) : `${number(value, 5)} ± ${number(spread, 2)}`, how,
      })}
    </p>
  );
}

interface TrialTableProps {
  readonly sweep: Sweep;
  readonly trials: readonly Trial[];
  readonly chosen: number | null;
  readonly onChoose: (trial: number | null) => void;
}

interface Heading {
  readonly id: string;
  readonly label: string;
  readonly of: (trial: Trial) => Json | undefined;
  readonly spread?: (trial: Trial) => number | undefined;
}

function TrialTable({ sweep, trials, chosen, onChoose }: TrialTableProps): JSX.Element {
  const headings = useMemo(() => headingsOf(sweep), [sweep]);
  const [order, setOrder] = useState<{ readonly id: string; readonly down: boolean }>({ id: `metric ${sweep.metric}`, down: sweep.larger_is_better });
  const by = headings.find((each) => each.id === order.id) ?? headings[0];
  const sorted = by ? inOrder(trials, by, order.down) : trials;
  return (
    <div className="scrolls finding-table" tabIndex={0} role="region" aria-label={_("Trials")}>
      <table className="s-facts" data-testid="trials">
        <caption>{trials.length < sweep.trials.length ? _("%(n)s of %(all)s trials", { n: trials.length, all: sweep.trials.length }) : _("Trials")}</caption>
        <thead>
          <tr>{headings.map((each) => (
            <th key={each.id} scope="col" aria-sort={order.id === each.id ? (order.down ? "descending" : "ascending") : undefined}>
              <button type="button" className="link" onClick={() => setOrder({ id: each.id, down: order.id === each.id ? !order.down : false })}>{each.label}</button>
            </th>
          ))}</tr>
        </thead>
        <tbody>{sorted.slice(0, MOST_SHOWN).map((trial) => (
          <tr key={trial.number} className={[trial.number === sweep.best ? "is-best" : "", trial.number === chosen ? "is-chosen" : ""].join(" ").trim() || undefined}
            onPointerEnter={() => onChoose(trial.number)} onPointerLeave={() => onChoose(null)}>
            {headings.map((each, at) => <Cell key={each.id} trial={trial} heading={each} isFirst={at === 0} isBest={trial.number === sweep.best} />)}
          </tr>
        ))}</tbody>
      </table>
      {sorted.length > MOST_SHOWN ? <p className="quiet">{_("The first %(n)s are shown; the table of this output has all.", { n: MOST_SHOWN })}</p> : null}
    </div>
  );
}

function Cell({ trial, heading, isFirst, isBest }: { readonly trial: Trial; readonly heading: Heading; readonly isFirst: boolean; readonly isBest: boolean }): JSX.Element {
  const value = heading.of(trial);
  if (isFirst) return <th scope="row" className="is-number">{number(trial.number)}{isBest ? <small className="badge-best">{_("best")}</small> : null}</th>;
  if (typeof value !== "number") return <td className={heading.id === "(state)" ? `is-${trial.state}` : undefined} title={typeof value === "string" ? value : undefined}>{value === undefined || value === null || value === "" ? "–" : String(value)}</td>;
  const spread = heading.spread?.(trial);
  return <td className="is-number">{number(value, 5)}{spread === undefined ? null : <small>± {number(spread, 2)}</small>}</td>;
}

function headingsOf(sweep: Sweep): readonly Heading[] {
  const keys = [...new Set(sweep.trials.flatMap((trial) => Object.keys(trial.metrics ?? {})))];
  const metrics = [sweep.metric, ...keys.filter((key) => key !== sweep.metric)];
  return [
    { id: "(number)", label: _("Trial"), of: (trial) => trial.number },
    ...metrics.slice(0, 1).map((key) => metricHeading(key)),
    ...sweep.choosable.map((each: Choosable): Heading => ({ id: `value ${each.name}`, label: each.label, of: (trial) => trial.values[each.name] })),
    ...metrics.slice(1).map((key) => metricHeading(key)),
    { id: "(state)", label: _("State"), of: (trial) => (trial.reason ? `${stateName(trial.state)}: ${trial.reason}` : stateName(trial.state)) },
  ];
}

const metricHeading = (key: string): Heading => ({
  id: `metric ${key}`, label: metricName(key), of: (trial) => trial.metrics?.[key], spread: (trial) => trial.spread?.[key],
});

function stateName(state: Trial["state"]): string {
  switch (state) {
    case "completed": return _("completed");
    case "failed": return _("failed");
    case "stopped": return _("stopped");
  }
}

/** What was not completed, or has no value, comes last either way. */
function inOrder(trials: readonly Trial[], by: Heading, down: boolean): readonly Trial[] {
  const sign = down ? -1 : 1;
  const isLast = (trial: Trial): boolean => (by.id.startsWith("metric") && trial.state !== "completed") || by.of(trial) === undefined;
  return [...trials].sort((a, b) => {
    if (isLast(a) !== isLast(b)) return isLast(a) ? 1 : -1;
    const [x, y] = [by.of(a), by.of(b)];
    const difference = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
    return sign * difference || a.number - b.number;
  });
}

function History({ sweep }: { readonly sweep: Sweep }): JSX.Element {
  const figure = useMemo((): Figure => {
    const done = sweep.trials.filter((trial) => trial.state === "completed");
    const values = done.map((trial) => trial.metrics?.[sweep.metric] ?? null);
    let best: number | null = null;
    const bests = values.map((value) => {
      if (value !== null && (best === null || (sweep.larger_is_better ? value > best : value < best))) best = value;
      return best;
    });
    const x = done.map((trial) => trial.number);
    return {
      data: [
        { type: "scatter", mode: "markers", name: _("Trial"), x, y: values, marker: { size: 6, opacity: 0.7 } },
        { type: "scatter", mode: "lines", name: _("Best so far"), x, y: bests, line: { shape: "hv" } },
      ],
      layout: { title: { text: _("How the search went") }, xaxis: { title: { text: _("Trial") } }, yaxis: { title: { text: metricName(sweep.metric) } } },
    };
  }, [sweep]);
  return <Plot figure={figure} label={_("How the search went")} />;
}

function Against({ sweep, axis }: { readonly sweep: Sweep; readonly axis: Axis }): JSX.Element {
  const setting = axis.label.length > 34 ? `${axis.label.slice(0, 32)}…` : axis.label;
  const title = _("%(metric)s by %(setting)s", { metric: metricName(sweep.metric), setting });
  const figure = useMemo((): Figure => {
    const done = sweep.trials.filter((trial) => trial.state === "completed");
    const best = done.find((trial) => trial.number === sweep.best);
    const x = (trial: Trial): string | number => { const value = axis.of(trial); return typeof value === "number" ? value : String(value ?? "–"); };
    const y = (trial: Trial): number | null => trial.metrics?.[sweep.metric] ?? null;
    return {
      data: [
        { type: "scatter", mode: "markers", name: _("Trial"), x: done.map(x), y: done.map(y), text: done.map((trial) => _("Trial %(n)s", { n: trial.number })), marker: { size: 7, opacity: 0.7 } },
        ...(best ? [{ type: "scatter", mode: "markers", name: _("Best"), x: [x(best)], y: [y(best)], marker: { size: 12, symbol: "star" } }] : []),
      ],
      layout: { title: { text: title }, xaxis: { title: { text: setting }, type: axis.kind === "log" ? "log" : axis.kind === "names" ? "category" : "linear" }, yaxis: { title: { text: metricName(sweep.metric) } }, showlegend: false },
    };
  }, [sweep, axis, setting, title]);
  return <Plot figure={figure} label={title} />;
}
