/** Several models side by side: the verdict in words, the differences to the best with their intervals, metrics and curves. */
import { type JSX, useMemo } from "react";
import type { Comparison } from "@/api/types";
import { Evaluated } from "@/drawer/EvaluationView";
import { metricName } from "@/drawer/metrics";
import type { Figure } from "@/plot/plotly";
import { Plot } from "@/ui/Plot";
import { _, number } from "@/i18n";

export function ComparisonView({ found }: { readonly found: Comparison }): JSX.Element {
  return (
    <>
      <p className="finding-verdict" data-testid="verdict">{found.verdict}</p>
      <div className="plots">
        <div className="scrolls finding-table" tabIndex={0} role="region" aria-label={_("Differences to the best")}><Differences found={found} /></div>
        {found.differences.length > 1 ? <Intervals found={found} /> : null}
      </div>
      <Evaluated task={found.task} evaluated={found.evaluated} />
    </>
  );
}

function Differences({ found }: { readonly found: Comparison }): JSX.Element {
  return (
    <table className="s-facts" data-testid="differences">
      <caption>{metricName(found.metric)}</caption>
      <thead><tr><th scope="col">{_("Model")}</th><th scope="col">{_("Value")}</th><th scope="col">{_("Difference to the best")}</th><th scope="col">{_("Verdict")}</th></tr></thead>
      <tbody>{found.differences.map((one) => (
        <tr key={one.name} className={one.verdict === "best" ? "is-best" : undefined}>
          <th scope="row">{one.name}</th><td className="is-number">{number(one.value, 5)}</td>
          <td className="is-number">{one.verdict === "best" ? "–" : <>{number(one.difference, 3)} <small>{_("%(low)s to %(high)s", { low: number(one.low, 3), high: number(one.high, 3) })}</small></>}</td>
          <td>{verdictName(one.verdict)}</td>
        </tr>
      ))}</tbody>
    </table>
  );
}

function verdictName(verdict: "best" | "worse" | "open"): string {
  switch (verdict) {
    case "best": return _("best");
    case "worse": return _("worse than the best");
    case "open": return _("may be as good");
  }
}

function Intervals({ found }: { readonly found: Comparison }): JSX.Element {
  const title = _("Difference to the best");
  const figure = useMemo((): Figure => {
    const others = found.differences.filter((one) => one.verdict !== "best");
    return {
      data: [{
        type: "scatter", mode: "markers", x: others.map((one) => one.difference), y: others.map((one) => one.name), marker: { size: 9 },
        error_x: { type: "data", symmetric: false, array: others.map((one) => one.high - one.difference), arrayminus: others.map((one) => one.difference - one.low) },
      }],
      layout: {
        title: { text: title }, xaxis: { title: { text: _("%(metric)s, less than 0 is worse", { metric: metricName(found.metric) }) }, zeroline: true, zerolinewidth: 2 },
        yaxis: { type: "category", autorange: "reversed" }, showlegend: false,
      },
    };
  }, [found, title]);
  return <Plot figure={figure} label={title} />;
}
