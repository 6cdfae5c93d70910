/** The profile of a table as rows of measures, one row a column; it can be ordered by any of them. */
import { type JSX, useState } from "react";
import type { ColumnProfile, Json, TableProfile } from "@/api/types";
import { columnTypeName } from "@/ui/Columns";
import { _, number } from "@/i18n";

interface Measure {
  readonly id: string;
  readonly label: () => string;
  readonly of: (column: ColumnProfile) => Json | undefined;
}

const quantile = (name: string): Measure => ({ id: name, label: () => name, of: (column) => column.quantiles?.[name] });

const MEASURES: readonly Measure[] = [
  { id: "type", label: () => _("Type"), of: (column) => columnTypeName(column.type) },
  { id: "count", label: () => _("Count"), of: (column) => column.count },
  { id: "missing", label: () => _("Missing"), of: (column) => column.missing_count },
  { id: "unique", label: () => _("Unique"), of: (column) => column.unique_count },
  { id: "minimum", label: () => _("Minimum"), of: (column) => column.minimum },
  { id: "maximum", label: () => _("Maximum"), of: (column) => column.maximum },
  { id: "mean", label: () => _("Mean"), of: (column) => column.mean },
  { id: "sd", label: () => _("Standard deviation"), of: (column) => column.standard_deviation },
  { id: "variance", label: () => _("Variance"), of: (column) => column.variance },
  { id: "skewness", label: () => _("Skewness"), of: (column) => column.skewness },
  { id: "kurtosis", label: () => _("Kurtosis"), of: (column) => column.kurtosis },
  ...["P1", "P5", "P25", "P50", "P75", "P95", "P99"].map(quantile),
  { id: "empty", label: () => _("Empty"), of: (column) => column.empty_count ?? 0 },
  { id: "error", label: () => _("Errors"), of: (column) => column.error_count ?? 0 },
];

export function Statistics({ profile }: { readonly profile: TableProfile }): JSX.Element {
  const [order, setOrder] = useState<{ id: string; down: boolean } | null>(null);
  const measure = MEASURES.find((each) => each.id === order?.id);
  const columns = measure ? sorted(profile.columns, measure, order?.down === true) : profile.columns;
  return (
    <div className="scrolls statistics" tabIndex={0} role="region" aria-label={_("Statistics")}>
      {profile.sampled_rows ? <p className="quiet">{_("Looked at %(some)s of %(all)s rows.", { some: number(profile.sampled_rows), all: number(profile.row_count) })}</p> : null}
      <table>
        <thead>
          <tr>
            <th scope="col">{_("Column")}</th>
            {MEASURES.map((each) => (
              <th key={each.id} scope="col" aria-sort={order?.id === each.id ? (order.down ? "descending" : "ascending") : undefined}>
                <button type="button" className="link" onClick={() => setOrder({ id: each.id, down: order?.id === each.id && !order.down })}>{each.label()}</button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              {MEASURES.map((each) => <td key={each.id} className={typeof each.of(column) === "number" ? "is-number" : undefined}>{shown(each.of(column))}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(value: Json | undefined): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? number(value) : String(value);
}

function sorted(columns: readonly ColumnProfile[], measure: Measure, down: boolean): readonly ColumnProfile[] {
  const sign = down ? -1 : 1;
  return [...columns].sort((a, b) => {
    const [x, y] = [measure.of(a), measure.of(b)];
    if (x === null || x === undefined) return 1;
    if (y === null || y === undefined) return -1;
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
  });
}
