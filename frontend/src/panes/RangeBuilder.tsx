/** Writes values to try: from, to, how many, and whether they grow by differences or by factors. */
import { type JSX, useState } from "react";
import { rangeText, type Scale, spread } from "@/graph/ranges";
import { _ } from "@/i18n";

interface Props {
  readonly label: string;
  readonly testId: string;
  readonly whole: boolean;
  readonly onBuilt: (text: string) => void;
}

export function RangeBuilder({ label, testId, whole, onBuilt }: Props): JSX.Element {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [count, setCount] = useState("5");
  const [scale, setScale] = useState<Scale>("linear");
  const values = from && to ? spread(Number(from), Number(to), Number(count), scale, whole) : null;
  const number = (text: string, value: string, change: (next: string) => void, name: string): JSX.Element => (
    <label>{text}
      <input type="text" inputMode="decimal" className="s-field" value={value} data-testid={`${testId}-${name}`}
        onChange={(event) => change(event.target.value.replace(",", "."))} />
    </label>
  );
  return (
    <details className="range-builder" data-testid={testId}>
      <summary>{_("Range builder")}</summary>
      <fieldset aria-label={_("Range builder for %(label)s", { label })}>
        {number(_("From"), from, setFrom, "from")}
        {number(_("To"), to, setTo, "to")}
        {number(_("Number of values"), count, setCount, "count")}
        <label>{_("Scale")}
          <select className="s-field" value={scale} data-testid={`${testId}-scale`} onChange={(event) => setScale(event.target.value as Scale)}>
            <option value="linear">{_("linear")}</option>
            <option value="log">{_("logarithmic")}</option>
          </select>
        </label>
        <output aria-live="polite">{values ? rangeText(values) : hintFor(from, to, scale)}</output>
        <button type="button" className="s-button" disabled={!values} data-testid={`${testId}-apply`}
          onClick={() => values && onBuilt(rangeText(values))}>{_("Use these values")}</button>
      </fieldset>
    </details>
  );
}

function hintFor(from: string, to: string, scale: Scale): string {
  if (!from || !to) return _("Give the smallest and the largest value.");
  return scale === "log" ? _("Both ends must be above 0, with 2 to 50 values.") : _("Both ends must be numbers, with 2 to 50 values.");
}
