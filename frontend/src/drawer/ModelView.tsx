/** A trained model: task, label, features, settings, and the way to the registry. */
import type { JSX } from "react";
import type { ModelOutput } from "@/api/types";
import { ImportanceBars } from "@/drawer/findings/ImportanceBars";
import { columnTypeName } from "@/ui/Columns";
import { _, number } from "@/i18n";

export function taskName(task: string): string {
  switch (task) {
    case "regression": return _("Regression");
    case "two_class": return _("Two-class classification");
    case "multiclass": return _("Multiclass classification");
    case "quantile": return _("Quantile regression");
    case "clustering": return _("Clustering");
    case "anomaly": return _("Anomaly detection");
    default: return task;
  }
}

export function ModelView({ model }: { readonly model: ModelOutput }): JSX.Element {
  const importance = model.importance ?? {};
  const facts: readonly (readonly [string, string])[] = [
    [_("Task"), taskName(model.task)],
    [_("Algorithm"), model.algorithm],
    [_("Label"), model.label],
    ...(model.classes?.length ? [[_("Classes"), model.classes.join(", ")] as const] : []),
    ...(model.trained_rows ? [[_("Trained on"), _("%(n)s rows", { n: number(model.trained_rows) })] as const] : []),
    ...(model.sources?.length ? [[_("Data"), model.sources.join(", ")] as const] : []),
    [_("Framework"), [model.framework, model.framework_version].filter(Boolean).join(" ")],
  ];
  return (
    <div className="scrolls model-view" tabIndex={0} role="region" aria-label={_("Model")}>
      {model.broken ? <p className="note note-warning">{_("This model cannot be deployed: %(reason)s", { reason: model.broken })}</p> : null}
      {model.register_url ? <p><a className="s-button is-primary" href={model.register_url} data-testid="register-model">{_("Register model")}</a></p> : null}
      <table className="s-facts">
        <tbody>{facts.map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td>{value}</td></tr>)}</tbody>
      </table>
      {Object.keys(importance).length ? (
        <ImportanceBars label={_("How much each column counts")} asShares bars={Object.entries(importance).map(([name, value]) => ({ name, value }))} />
      ) : null}
      {model.signature ? (
        <table className="s-facts">
          <caption>{_("Takes")}</caption>
          <tbody>{model.signature.inputs.map((field) => (
            <tr key={field.name}><th scope="row">{field.name}</th><td>{columnTypeName(field.type)}{field.required ? `, ${_("required")}` : ""}</td></tr>
          ))}</tbody>
        </table>
      ) : null}
      {model.signature ? (
        <table className="s-facts">
          <caption>{_("Gives")}</caption>
          <tbody>{model.signature.outputs.map((field) => <tr key={field.name}><th scope="row">{field.name}</th><td>{columnTypeName(field.type)}</td></tr>)}</tbody>
        </table>
      ) : null}
      {model.parameters && Object.keys(model.parameters).length ? (
        <table className="s-facts">
          <caption>{_("Settings")}</caption>
          <tbody>{Object.entries(model.parameters).map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td>{String(value)}</td></tr>)}</tbody>
        </table>
      ) : null}
    </div>
  );
}
