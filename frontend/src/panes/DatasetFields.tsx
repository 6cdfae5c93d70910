/** Which dataset a data node gives, in which version, and the columns that it has. */
import { type JSX, useId } from "react";
import type { DrawnNode } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { datasetOf } from "@/graph/catalogue";
import { referenceOf } from "@/graph/parameters";
import { Bound, SettingMenu } from "@/panes/Binding";
import { Columns } from "@/ui/Columns";
import { _ } from "@/i18n";

export function DatasetFields({ node, drawn }: { readonly node: string; readonly drawn: DrawnNode }): JSX.Element {
  const designer = useDesigner();
  const id = useId();
  const datasets = useShown((state) => state.catalogue.datasets);
  const canEdit = useShown((state) => state.canEdit);
  const dataset = useShown((state) => datasetOf(state.catalogue, drawn));
  const name = String(drawn.parameters?.["dataset"] ?? "");
  const version = Number(drawn.parameters?.["version"] ?? 0);
  const versions = [...new Set([...(dataset?.versions ?? []), ...(version ? [version] : [])])].sort((a, b) => b - a);
  const flowing = useShown((state) => state.shapes[node]?.["dataset"]?.table);
  const schema = flowing ?? (version === dataset?.version ? dataset.schema : null);
  const reference = referenceOf(drawn.parameters?.["dataset"]);
  if (reference !== null) {
    return (
      <>
        <div className="s-row"><span>{_("Dataset")}</span><Bound node={node} name="dataset" label={_("Dataset")} parameter={reference} /></div>
        {schema ? <Columns schema={schema} /> : null}
      </>
    );
  }
  return (
    <>
      <div className="s-row">
        <div className="setting-head">
          <label htmlFor={id}>{_("Dataset")}</label>
          <SettingMenu node={node} name="dataset" label={_("Dataset")} act={_("Set as pipeline parameter…")} />
        </div>
        <select id={id} className="s-field" value={name} disabled={!canEdit} data-testid="param-dataset"
          onChange={(event) => designer.chooseDataset(node, event.target.value)}>
          {dataset ? null : <option value={name}>{name ? _("%(name)s (not found)", { name }) : _("Choose a dataset")}</option>}
          {datasets.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
        </select>
      </div>
      <label className="s-row">
        <span>{_("Version")}</span>
        <select className="s-field" value={version} disabled={!canEdit} data-testid="param-version"
          onChange={(event) => designer.setParameter(node, "version", Number(event.target.value))}>
          {versions.map((each) => (
            <option key={each} value={each}>{each === dataset?.version ? _("%(n)s (newest)", { n: each }) : each}</option>
          ))}
        </select>
      </label>
      {schema ? <Columns schema={schema} /> : null}
    </>
  );
}
