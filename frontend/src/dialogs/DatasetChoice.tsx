/** A dataset and its version as one value: `{"dataset": name, "version": number or null for the newest}`. */
import type { JSX } from "react";
import type { Json } from "@/api/types";
import { useShown } from "@/designer/context";
import { _ } from "@/i18n";

interface Props {
  readonly label: string;
  readonly value: Json | undefined;
  /** The choice of no dataset. */
  readonly empty: string;
  readonly testId: string;
  readonly readOnly?: boolean;
  readonly onChange: (value: Json | undefined) => void;
}

export function DatasetChoice({ label, value, empty, testId, readOnly = false, onChange }: Props): JSX.Element {
  const datasets = useShown((state) => state.catalogue.datasets);
  const { dataset, version } = typeof value === "object" && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, Json>> : {};
  const name = typeof dataset === "string" ? dataset : "";
  const known = datasets.find((each) => each.name === name);
  const versions = [...new Set([...(known?.versions ?? []), ...(typeof version === "number" ? [version] : [])])].sort((a, b) => b - a);
  return (
    <div className="dataset-choice">
      <label className="s-row">
        <span>{label}</span>
        <select className="s-field" value={name} disabled={readOnly} data-testid={testId}
          onChange={(event) => onChange(event.target.value ? { dataset: event.target.value, version: null } : undefined)}>
          <option value="">{empty}</option>
          {name && !known ? <option value={name}>{_("%(name)s (not found)", { name })}</option> : null}
          {datasets.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
        </select>
      </label>
      {name ? (
        <label className="s-row">
          <span>{_("Version")}</span>
          <select className="s-field" value={String(version ?? "")} disabled={readOnly} data-testid={`${testId}-version`}
            onChange={(event) => onChange({ dataset: name, version: event.target.value ? Number(event.target.value) : null })}>
            <option value="">{_("The newest at each submit")}</option>
            {versions.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
      ) : null}
    </div>
  );
}
