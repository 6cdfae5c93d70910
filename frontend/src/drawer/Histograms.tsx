/** A small histogram, or the most frequent values, for every column. */
import type { JSX } from "react";
import type { ColumnProfile, Histogram, TableProfile } from "@/api/types";
import { columnTypeName } from "@/ui/Columns";
import { _, number } from "@/i18n";

const WIDTH = 220;
const HEIGHT = 90;

export function Histograms({ profile }: { readonly profile: TableProfile }): JSX.Element {
  return (
    <div className="scrolls histograms" tabIndex={0} role="region" aria-label={_("Histograms")}>
      {profile.columns.map((column) => (
        <figure key={column.name} className="histogram">
          <figcaption title={column.name}>{column.name} <small>{columnTypeName(column.type)}{missing(column)}</small></figcaption>
          {column.histogram?.counts.length ? <Bars histogram={column.histogram} name={column.name} /> : <Top column={column} />}
        </figure>
      ))}
    </div>
  );
}

const missing = (column: ColumnProfile): string =>
  column.missing_count ? `, ${_("%(n)s missing", { n: number(column.missing_count) })}` : "";

export function Bars({ histogram, name }: { readonly histogram: Histogram; readonly name: string }): JSX.Element {
  const { edges, counts } = histogram;
  const most = Math.max(...counts, 1);
  const from = edges[0] ?? 0;
  const to = edges.at(-1) ?? 1;
  const x = (value: number): number => (to > from ? ((value - from) / (to - from)) * WIDTH : 0);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 14}`} role="img"
      aria-label={_("Histogram of %(name)s from %(from)s to %(to)s, at most %(most)s in one bin", { name, from: number(from, 4), to: number(to, 4), most: number(most) })}>
      {counts.map((count, index) => {
        const left = to > from ? x(edges[index] ?? from) : (index * WIDTH) / counts.length;
        const right = to > from ? x(edges[index + 1] ?? to) : ((index + 1) * WIDTH) / counts.length;
        const tall = (count / most) * HEIGHT;
        return (
          <rect key={index} x={left + 0.5} width={Math.max(0.5, right - left - 1)} y={HEIGHT - tall} height={tall}>
            <title>{`${number(edges[index] ?? from, 4)} – ${number(edges[index + 1] ?? to, 4)}: ${number(count)}`}</title>
          </rect>
        );
      })}
      <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      <text x={0} y={HEIGHT + 12}>{number(from, 4)}</text>
      <text x={WIDTH} y={HEIGHT + 12} textAnchor="end">{number(to, 4)}</text>
    </svg>
  );
}

function Top({ column }: { readonly column: ColumnProfile }): JSX.Element {
  const top = column.top_values ?? [];
  if (top.length === 0) return <p className="quiet">{_("No values.")}</p>;
  const most = Math.max(...top.map((each) => each.count), 1);
  return (
    <table className="top-values">
      <tbody>
        {top.slice(0, 6).map((each) => (
          <tr key={each.value}>
            <th scope="row" title={each.value}>{each.value === "" ? _("(empty)") : each.value}</th>
            <td><span className="top-bar" style={{ width: `${(each.count / most) * 100}%` }} /><span>{number(each.count)}</span></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
