/** Bars of how much each column counts, the most important first, with the spread of repeats where it is known. */
import { type JSX, useState } from "react";
import { _, number } from "@/i18n";

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly deviation?: number;
}

const FEW = 20;

export function ImportanceBars({ bars, label, asShares = false }: { readonly bars: readonly Bar[]; readonly label: string; readonly asShares?: boolean }): JSX.Element {
  const [all, setAll] = useState(false);
  const shown = all ? bars : bars.slice(0, FEW);
  const low = Math.min(0, ...bars.map((bar) => bar.value - (bar.deviation ?? 0)));
  const high = Math.max(1e-12, ...bars.map((bar) => bar.value + (bar.deviation ?? 0)));
  const at = (value: number): number => ((value - low) / (high - low)) * 100;
  return (
    <>
      <table className="importance" data-testid="importance">
        <caption>{label}</caption>
        <tbody>{shown.map((bar) => (
          <tr key={bar.name}>
            <th scope="row" title={bar.name}>{bar.name}</th>
            <td className="importance-bar" aria-hidden="true">
              <span className={bar.value < 0 ? "is-negative" : undefined} style={{ left: `${at(Math.min(0, bar.value))}%`, width: `${Math.abs(at(bar.value) - at(0))}%` }} />
              {bar.deviation ? <i style={{ left: `${at(bar.value - bar.deviation)}%`, width: `${at(bar.value + bar.deviation) - at(bar.value - bar.deviation)}%` }} /> : null}
            </td>
            <td className="is-number">{asShares ? `${number(bar.value * 100, 3)} %` : number(bar.value, 4)}{bar.deviation ? <small> ± {number(bar.deviation, 2)}</small> : null}</td>
          </tr>
        ))}</tbody>
      </table>
      {bars.length > FEW ? <button type="button" className="s-button" aria-expanded={all} onClick={() => setAll(!all)}>{all ? _("Show the first %(n)s", { n: FEW }) : _("Show all %(n)s columns", { n: bars.length })}</button> : null}
    </>
  );
}
