/** The tables of an evaluation beside its metrics: score bins, quantiles, clusters. */
import { type JSX, useMemo } from "react";
import type { ClusterRow, Evaluated, QuantileRow, ScoreBin } from "@/api/types";
import type { Figure } from "@/plot/plotly";
import { Plot } from "@/ui/Plot";
import { _, number } from "@/i18n";

export function ScoreBins({ name, bins, classes }: { readonly name: string; readonly bins: readonly ScoreBin[]; readonly classes: readonly string[] }): JSX.Element {
  const [negative, positive] = classes;
  const measures: readonly (readonly [string, (bin: ScoreBin) => number])[] = [
    [_("Share above"), (bin) => bin.share_above], [_("Accuracy"), (bin) => bin.accuracy], [_("F1 score"), (bin) => bin.f1], [_("Precision"), (bin) => bin.precision],
    [_("Recall"), (bin) => bin.recall], [_("Negative precision"), (bin) => bin.negative_precision], [_("Negative recall"), (bin) => bin.negative_recall], [_("Cumulative AUC"), (bin) => bin.cumulative_auc],
  ];
  return (
    <details className="score-bins">
      <summary>{_("Score bins: %(name)s", { name })}</summary>
      <div className="scrolls finding-table" tabIndex={0} role="region" aria-label={_("Score bins: %(name)s", { name })}>
        <table className="s-facts" data-testid="score-bins">
          <thead><tr>
            <th scope="col">{_("Score bin")}</th><th scope="col">{positive || _("Positive")}</th><th scope="col">{negative || _("Negative")}</th>
            {measures.map(([label]) => <th key={label} scope="col">{label}</th>)}
          </tr></thead>
          <tbody>{bins.map((bin) => (
            <tr key={bin.low}>
              <th scope="row">({bin.low.toFixed(2)}, {bin.high.toFixed(2)}]</th><td className="is-number">{number(bin.positives)}</td><td className="is-number">{number(bin.negatives)}</td>
              {measures.map(([label, of]) => <td key={label} className="is-number">{number(of(bin), 4)}</td>)}
            </tr>
          ))}</tbody>
        </table>
      </div>
    </details>
  );
}

export function Quantiles({ name, rows }: { readonly name: string; readonly rows: readonly QuantileRow[] }): JSX.Element {
  return (
    <table className="s-facts metrics">
      <caption>{_("Quantiles: %(name)s", { name })}</caption>
      <thead><tr><th scope="col">{_("Quantile")}</th><th scope="col">{_("Rows at or below")}</th><th scope="col">{_("Pinball loss")}</th></tr></thead>
      <tbody>{rows.map((row) => (
        <tr key={row.level}><th scope="row">{number(row.level, 4)}</th><td className="is-number">{number(row.share_below * 100, 4)} %</td><td className="is-number">{number(row.pinball_loss, 5)}</td></tr>
      ))}</tbody>
    </table>
  );
}

/** A reliable model lies on the diagonal: of the rows, a share of q is at or below the predicted quantile q. */
export function Reliability({ evaluated }: { readonly evaluated: readonly Evaluated[] }): JSX.Element | null {
  const figure = useMemo((): Figure => ({
    data: [
      ...evaluated.map((each) => ({ type: "scatter", mode: "lines+markers", name: each.name, x: (each.quantiles ?? []).map((row) => row.level), y: (each.quantiles ?? []).map((row) => row.share_below) })),
      { type: "scatter", mode: "lines", x: [0, 1], y: [0, 1], line: { dash: "dot", width: 1 }, showlegend: false, hoverinfo: "skip" },
    ],
    layout: { title: { text: _("Reliability of the quantiles") }, xaxis: { title: { text: _("Quantile") }, range: [0, 1] }, yaxis: { title: { text: _("Share of rows at or below") }, range: [0, 1.02] }, showlegend: evaluated.length > 1 },
  }), [evaluated]);
  return evaluated.some((each) => each.quantiles?.length) ? <Plot figure={figure} label={_("Reliability of the quantiles")} /> : null;
}

export function Clusters({ name, rows }: { readonly name: string; readonly rows: readonly ClusterRow[] }): JSX.Element {
  return (
    <div className="scrolls finding-table" tabIndex={0} role="region" aria-label={_("Clusters: %(name)s", { name })}>
      <table className="s-facts" data-testid="clusters">
        <caption>{_("Clusters: %(name)s", { name })}</caption>
        <thead><tr>
          <th scope="col">{_("Cluster")}</th><th scope="col">{_("Average distance to cluster center")}</th><th scope="col">{_("Average distance to other center")}</th>
          <th scope="col">{_("Number of points")}</th><th scope="col">{_("Maximal distance to cluster center")}</th>
        </tr></thead>
        <tbody>{rows.map((row) => (
          <tr key={row.cluster || "combined"} className={row.cluster ? undefined : "is-best"}>
            <th scope="row">{row.cluster || _("Combined")}</th><td className="is-number">{number(row.average_distance_to_center, 5)}</td>
            <td className="is-number">{row.average_distance_to_other_center === null ? "–" : number(row.average_distance_to_other_center, 5)}</td>
            <td className="is-number">{number(row.points)}</td><td className="is-number">{number(row.maximal_distance_to_center, 5)}</td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
