/** Cross-validation: the metrics of each fold with mean and deviation, how they scatter, and all held-out rows together. */
import { type JSX, useMemo, useState } from "react";
import type { CrossValidation } from "@/api/types";
import { Evaluated } from "@/drawer/EvaluationView";
import { metricName } from "@/drawer/metrics";
import type { Figure } from "@/plot/plotly";
import { Plot } from "@/ui/Plot";
import { _, number } from "@/i18n";

export function CrossValidationView({ found }: { readonly found: CrossValidation }): JSX.Element {
  const keys = Object.keys(found.mean);
  const [key, setKey] = useState(keys[0] ?? "");
  const together = useMemo(() => (found.overall ? [{ ...found.overall, name: _("All folds") }] : []), [found]);
  return (
    <>
      <div className="scrolls finding-table" tabIndex={0} role="region" aria-label={_("Metrics by fold")}>
        <table className="s-facts" data-testid="folds">
          <caption>{_("Metrics by fold")}</caption>
          <thead><tr>
            <th scope="col">{_("Fold")}</th><th scope="col">{_("Learned from")}</th><th scope="col">{_("Judged by")}</th>
            {keys.map((each) => <th key={each} scope="col">{metricName(each)}</th>)}
          </tr></thead>
          <tbody>
            {found.folds.map((fold) => (
              <tr key={fold.number}>
                <th scope="row" className="is-number">{fold.number}</th><td className="is-number">{number(fold.trained_rows)}</td><td className="is-number">{number(fold.rows)}</td>
                {keys.map((each) => <td key={each} className="is-number">{shown(fold.metrics[each])}</td>)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="is-best"><th scope="row" colSpan={3}>{_("Mean")}</th>{keys.map((each) => <td key={each} className="is-number">{shown(found.mean[each])}</td>)}</tr>
            <tr><th scope="row" colSpan={3}>{_("Standard deviation")}</th>{keys.map((each) => <td key={each} className="is-number">{shown(found.deviation[each])}</td>)}</tr>
          </tfoot>
        </table>
      </div>
      <label className="finding-pick">{_("Metric")} <select value={key} onChange={(event) => setKey(event.target.value)}>{keys.map((each) => <option key={each} value={each}>{metricName(each)}</option>)}</select></label>
      <div className="plots"><Scatter found={found} metric={key} /></div>
      {together.length ? <><h3>{_("All held-out rows together")}</h3><Evaluated task={found.task} evaluated={together} /></> : null}
    </>
  );
}

const shown = (value: number | undefined): string => (value === undefined ? "–" : number(value, 5));

function Scatter({ found, metric }: { readonly found: CrossValidation; readonly metric: string }): JSX.Element {
  const title = _("%(metric)s by fold", { metric: metricName(metric) });
  const figure = useMemo((): Figure => {
    const x = found.folds.map((fold) => String(fold.number));
    const mean = found.mean[metric] ?? 0;
    const spread = found.deviation[metric] ?? 0;
    const level = (value: number, name: string, dash: string): Figure["data"][number] => ({ type: "scatter", mode: "lines", name, x, y: x.map(() => value), line: { dash, width: 1.5 } });
    return {
      data: [
        { type: "scatter", mode: "markers", marker: { size: 9 }, name: _("Fold"), x, y: found.folds.map((fold) => fold.metrics[metric] ?? null) },
        level(mean, _("Mean"), "solid"), level(mean - spread, _("Mean − deviation"), "dot"), level(mean + spread, _("Mean + deviation"), "dot"),
      ],
      layout: { title: { text: title }, xaxis: { title: { text: _("Fold") }, type: "category" }, yaxis: { title: { text: metricName(metric) } } },
    };
  }, [found, metric, title]);
  return <Plot figure={figure} label={title} />;
}
