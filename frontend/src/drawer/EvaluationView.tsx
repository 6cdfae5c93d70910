/** What Evaluate Model found: metrics side by side, curves, and a confusion matrix that follows the threshold. */
import { type JSX, useMemo, useState } from "react";
import type { Curve, Evaluated as Found, Evaluation, ThresholdRow } from "@/api/types";
import { Clusters, Quantiles, Reliability, ScoreBins } from "@/drawer/EvaluationTables";
import { metricName } from "@/drawer/metrics";
import { Plot } from "@/ui/Plot";
import type { Figure } from "@/plot/plotly";
import { _, number } from "@/i18n";

export function EvaluationView({ evaluation }: { readonly evaluation: Evaluation }): JSX.Element {
  const evaluated = useMemo(() => evaluation.evaluated.map((each) => ({ ...each, name: portName(each.name) })), [evaluation]);
  return (
    <div className="scrolls evaluation" tabIndex={0} role="region" aria-label={_("Evaluation")} data-testid="evaluation">
      <Evaluated task={evaluation.task} evaluated={evaluated} />
    </div>
  );
}

/** Evaluate Model calls its tables by the names of its ports. */
function portName(name: string): string {
  switch (name) {
    case "scored_dataset": return _("Scored dataset");
    case "scored_dataset_to_compare": return _("Scored dataset to compare");
    default: return name;
  }
}

/** Any number of scored tables of one task, side by side. */
export function Evaluated({ task, evaluated }: Evaluation): JSX.Element {
  const isTwoClass = task === "two_class" || task === "anomaly";
  const isNumber = task === "regression" || task === "quantile";
  return (
    <>
      <MetricTable evaluated={evaluated} />
      <div className="plots">
        {isTwoClass ? <TwoClassPlots evaluated={evaluated} /> : null}
        {isNumber ? <RegressionPlots evaluated={evaluated} /> : null}
        {task === "quantile" ? <Reliability evaluated={evaluated} /> : null}
      </div>
      {isTwoClass ? <Threshold evaluated={evaluated} /> : null}
      {isTwoClass ? evaluated.map((each) => (each.score_bins?.length ? <ScoreBins key={each.name} name={each.name} bins={each.score_bins} classes={each.classes ?? []} /> : null)) : null}
      {task === "quantile" ? evaluated.map((each) => (each.quantiles?.length ? <Quantiles key={each.name} name={each.name} rows={each.quantiles} /> : null)) : null}
      {task === "clustering" ? evaluated.map((each) => (each.clusters?.length ? <Clusters key={each.name} name={each.name} rows={each.clusters} /> : null)) : null}
      {!isNumber ? evaluated.map((each) => (each.confusion?.length && !(isTwoClass && each.thresholds?.length) ? (
        <Confusion key={each.name} title={each.name} classes={each.classes ?? []} counts={each.confusion} />
      ) : null)) : null}
    </>
  );
}

function MetricTable({ evaluated }: { readonly evaluated: readonly Found[] }): JSX.Element {
  const keys = [...new Set(evaluated.flatMap((each) => Object.keys(each.metrics)))];
  return (
    <table className="s-facts metrics">
      <caption>{_("Metrics")}</caption>
      <thead>
        <tr><th scope="col"><span className="hidden">{_("Metric")}</span></th>{evaluated.map((each) => <th key={each.name} scope="col">{each.name} <small>{_("%(n)s rows", { n: number(each.rows) })}</small></th>)}</tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key}>
            <th scope="row">{metricName(key)}</th>
            {evaluated.map((each) => {
              const value = each.metrics[key];
              return <td key={each.name} className="is-number">{value === undefined ? "–" : number(value)}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TwoClassPlots({ evaluated }: { readonly evaluated: readonly Found[] }): JSX.Element {
  return (
    <>
      <Curves title={_("ROC curve")} x={_("False positive rate")} y={_("True positive rate")} evaluated={evaluated} of={(each) => each.roc} diagonal unit />
      <Curves title={_("Precision and recall")} x={_("Recall")} y={_("Precision")} evaluated={evaluated} of={(each) => each.precision_recall} unit />
      <Curves title={_("Lift curve")} x={_("Share of rows")} y={_("Lift")} evaluated={evaluated} of={(each) => each.lift} />
    </>
  );
}

interface CurvesProps {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly evaluated: readonly Found[];
  readonly of: (each: Found) => Curve | null | undefined;
  readonly diagonal?: boolean;
  readonly unit?: boolean;
}

function Curves({ title, x, y, evaluated, of, diagonal = false, unit = false }: CurvesProps): JSX.Element | null {
  const figure = useMemo((): Figure | null => {
    const lines = evaluated.flatMap((each) => {
      const curve = of(each);
      return curve ? [{ type: "scatter", mode: "lines", name: each.name, x: curve.x, y: curve.y }] : [];
    });
    if (lines.length === 0) return null;
    const chance = { type: "scatter", mode: "lines", name: _("Chance"), x: [0, 1], y: [0, 1], line: { dash: "dot", width: 1 }, showlegend: false, hoverinfo: "skip" };
    const range = unit ? { range: [0, 1.02] } : { rangemode: "tozero" };
    return {
      data: diagonal ? [...lines, chance] : lines,
      layout: { title: { text: title }, xaxis: { title: { text: x }, ...range }, yaxis: { title: { text: y }, ...range }, showlegend: evaluated.length > 1 },
    };
    // The functions of a kind of curve never change; the data decides.
    // eslint-disable-next-line
  }, [evaluated, title]);
  return figure ? <Plot figure={figure} label={title} /> : null;
}

function RegressionPlots({ evaluated }: { readonly evaluated: readonly Found[] }): JSX.Element {
  const scatter = useMemo((): Figure => ({
    data: [
      ...evaluated.flatMap((each) => (each.predicted_actual
        ? [{ type: "scatter", mode: "markers", name: each.name, x: each.predicted_actual.x, y: each.predicted_actual.y, marker: { size: 5, opacity: 0.6 } }] : [])),
      diagonalOf(evaluated),
    ],
    layout: {
      title: { text: _("Predicted and actual") }, xaxis: { title: { text: _("Actual") } }, yaxis: { title: { text: _("Predicted") } },
      showlegend: evaluated.length > 1,
    },
  }), [evaluated]);
  const residuals = useMemo((): Figure => ({
    data: evaluated.flatMap((each) => (each.residuals ? [{
      type: "bar", name: each.name, x: middles(each.residuals.edges), y: each.residuals.counts, opacity: evaluated.length > 1 ? 0.65 : 1,
    }] : [])),
    layout: {
      title: { text: _("Residuals") }, xaxis: { title: { text: _("Predicted − actual") } }, yaxis: { title: { text: _("Rows") } },
      bargap: 0.05, barmode: "overlay", showlegend: evaluated.length > 1,
    },
  }), [evaluated]);
  return (
    <>
      {evaluated.some((each) => each.predicted_actual) ? <Plot figure={scatter} label={_("Predicted and actual")} /> : null}
      {evaluated.some((each) => each.residuals) ? <Plot figure={residuals} label={_("Residuals")} /> : null}
    </>
  );
}

function diagonalOf(evaluated: readonly Found[]): Figure["data"][number] {
  const all = evaluated.flatMap((each) => each.predicted_actual?.x ?? []);
  const ends = all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
  return { type: "scatter", mode: "lines", x: ends, y: ends, line: { dash: "dot", width: 1 }, showlegend: false, hoverinfo: "skip" };
}

const middles = (edges: readonly number[]): readonly number[] =>
  edges.slice(1).map((edge, index) => (edge + (edges[index] ?? edge)) / 2);

function Threshold({ evaluated }: { readonly evaluated: readonly Found[] }): JSX.Element | null {
  const [threshold, setThreshold] = useState(0.5);
  if (!evaluated.some((each) => each.thresholds?.length)) return null;
  return (
    <section className="threshold" aria-label={_("Threshold")}>
      <label className="threshold-slider">
        <span>{_("Threshold")} <output>{threshold.toFixed(2)}</output></span>
        <input type="range" min={0} max={1} step={0.01} value={threshold} data-testid="threshold" onChange={(event) => setThreshold(Number(event.target.value))} />
      </label>
      <div className="threshold-sets">
        {evaluated.map((each) => {
          const row = nearestRow(each.thresholds ?? [], threshold);
          return row ? <AtThreshold key={each.name} name={each.name} classes={each.classes ?? []} row={row} /> : null;
        })}
      </div>
    </section>
  );
}

function AtThreshold({ name, classes, row }: { readonly name: string; readonly classes: readonly string[]; readonly row: ThresholdRow }): JSX.Element {
  const counts = [[row.true_negative, row.false_positive], [row.false_negative, row.true_positive]];
  return (
    <div>
      <Confusion title={name} classes={classes.length === 2 ? classes : [_("Negative"), _("Positive")]} counts={counts} />
      <table className="s-facts">
        <tbody>
          {([["accuracy", row.accuracy], ["precision", row.precision], ["recall", row.recall], ["f1_score", row.f1]] as const).map(([key, value]) => (
            <tr key={key}><th scope="row">{metricName(key)}</th><td className="is-number">{number(value, 4)}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const nearestRow = (rows: readonly ThresholdRow[], threshold: number): ThresholdRow | undefined =>
  rows.reduce<ThresholdRow | undefined>((best, row) =>
    (best && Math.abs(best.threshold - threshold) <= Math.abs(row.threshold - threshold) ? best : row), undefined);

function Confusion({ title, classes, counts }: { readonly title: string; readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] }): JSX.Element {
  return (
    <table className="confusion" data-testid="confusion">
      <caption>{_("Confusion matrix: %(name)s", { name: title })}</caption>
      <thead>
        <tr><th scope="col">{_("Actual ↓ predicted →")}</th>{classes.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
      </thead>
      <tbody>
        {counts.map((row, index) => {
          const all = row.reduce((sum, count) => sum + count, 0);
          return (
            <tr key={classes[index] ?? index}>
              <th scope="row">{classes[index] ?? index}</th>
              {row.map((count, at) => (
                <td key={at} className={at === index ? "is-hit" : "is-miss"} style={{ "--share": all ? count / all : 0 } as Record<string, number>}>
                  {number(count)}<small>{all ? `${Math.round((count / all) * 100)} %` : ""}</small>
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
