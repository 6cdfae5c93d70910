/** Permutation importance: how much worse the metric gets without what a column says. */
import type { JSX } from "react";
import type { Importance } from "@/api/types";
import { ImportanceBars } from "@/drawer/findings/ImportanceBars";
import { metricName } from "@/drawer/metrics";
import { _, number } from "@/i18n";

export function ImportanceView({ importance }: { readonly importance: Importance }): JSX.Element {
  const metric = metricName(importance.metric);
  const bars = importance.columns.map((one) => ({ name: one.column, value: one.importance, deviation: one.deviation }));
  return (
    <>
      <p className="finding-verdict">{_("%(metric)s is %(base)s with all columns as they are. Each bar says how much worse it gets when that column is shuffled (%(repeats)s times).", { metric, base: number(importance.base, 5), repeats: importance.repeats })}</p>
      <ImportanceBars bars={bars} label={_("How much worse: %(metric)s", { metric })} />
    </>
  );
}
