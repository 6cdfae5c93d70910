/** The right side: settings, results and log, and facts of the chosen step; of the whole drawing when none is chosen. */
import { type JSX, type KeyboardEvent, useState } from "react";
import { StateLabel } from "@/canvas/StepBadge";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { isBlocking, onlyNode, problemsOf, stepOf, type Tab } from "@/designer/state";
import { componentOf, DATASET, datasetOf, inputsOf, isVisible, outputsOf, parametersOf, titleOf } from "@/graph/catalogue";
import { defaultText } from "@/graph/parameters";
import { typeName } from "@/graph/connect";
import { DatasetFields } from "@/panes/DatasetFields";
import { ParameterField } from "@/panes/ParameterField";
import { Results } from "@/panes/Results";
import { AboutDataset } from "@/panes/Palette";
import { WhereStepRuns, WhereStepsRun } from "@/panes/WhereToRun";
import { Markdown } from "@/ui/Markdown";
import { metricName } from "@/drawer/metrics";
import { _, moment, ngettext, number } from "@/i18n";
import { isOutdated, openInside } from "@/designer/subgraphs";
import type { Component, Port, Problem } from "@/api/types";

export function Pane(): JSX.Element {
  const node = useShown(onlyNode);
  const count = useShown((state) => state.nodes.length);
  return (
    <section className="pane" aria-label={_("Settings")} data-testid="pane">
      {node ? <NodePane key={node} node={node} /> : <Summary chosen={count} />}
    </section>
  );
}

function Summary({ chosen }: { readonly chosen: number }): JSX.Element {
  const document = useDocument();
  const run = useShown((state) => state.run);
  const count = Object.keys(document.nodes).length;
  return (
    <div className="pane-body scrolls">
      <h2 className="pane-title">{chosen > 1 ? ngettext("%(count)s step chosen", "%(count)s steps chosen", chosen) : _("Pipeline")}</h2>
      <p className="quiet">
        {ngettext("%(count)s step", "%(count)s steps", count)}, {ngettext("%(count)s link", "%(count)s links", document.edges.length)}
      </p>
      {chosen ? null : <p className="quiet">{_("Choose a step to see its settings.")}</p>}
      {chosen ? null : <ParameterSummary />}
      {chosen ? null : <WhereStepsRun />}
      {run ? (
        <>
          <h3>{_("Run %(number)s", { number: run.number })}</h3>
          <p data-testid="run-why"><StateLabel state={run.state} /> {run.reason}{run.since ? ` (${_("since %(time)s", { time: moment(run.since) })})` : ""}</p>
          {run.hint ? <p className="quiet">{run.hint}</p> : null}
          <Metrics />
        </>
      ) : null}
    </div>
  );
}

function ParameterSummary(): JSX.Element {
  const designer = useDesigner();
  const parameters = Object.entries(useDocument().parameters ?? {});
  return (
    <>
      {parameters.length ? (
        <table className="s-facts">
          <caption>{_("Parameters")}</caption>
          <tbody>{parameters.map(([name, parameter]) => <tr key={name}><th scope="row">{name}</th><td>{defaultText(parameter) || <span className="quiet">{_("no default")}</span>}</td></tr>)}</tbody>
        </table>
      ) : null}
      <p><button type="button" className="s-button is-small" data-testid="open-parameters" onClick={() => designer.openDialog({ kind: "parameters" })}>{_("Pipeline parameters")}</button></p>
    </>
  );
}

function Metrics(): JSX.Element | null {
  const run = useShown((state) => state.run);
  if (!run?.metrics.length) return null;
  return (
    <table className="s-facts">
      <caption>{_("Metrics")}</caption>
      <tbody>
        {run.metrics.map((metric) => (
          <tr key={`${metric.node} ${metric.key}`}>
            <th scope="row">{metricName(metric.key)}</th><td className="is-number">{number(metric.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const TABS: readonly { readonly id: Tab; readonly label: () => string }[] = [
  { id: "parameters", label: () => _("Parameters") },
  { id: "outputs", label: () => _("Outputs + logs") },
  { id: "info", label: () => _("Info") },
];

function NodePane({ node }: { readonly node: string }): JSX.Element | null {
  const designer = useDesigner();
  const tab = useShown((state) => state.tab);
  const drawn = useDocument().nodes[node];
  const catalogue = useShown((state) => state.catalogue);
  if (!drawn) return null;
  return (
    <>
      <header className="pane-head">
        <h2 className="pane-title">{titleOf(catalogue, drawn)}</h2>
        <div className="s-tabs" role="tablist" aria-label={_("Settings")} onKeyDown={walkTabs}>
          {TABS.map(({ id, label }) => (
            <button key={id} type="button" role="tab" id={`tab-${id}`} aria-selected={tab === id} aria-controls="pane-panel"
              tabIndex={tab === id ? 0 : -1} data-testid={`tab-${id}`} onClick={() => designer.show(id)}>{label()}</button>
          ))}
        </div>
      </header>
      <div className="pane-body scrolls" role="tabpanel" id="pane-panel" aria-labelledby={`tab-${tab}`}>
        {tab === "parameters" ? <Parameters node={node} /> : tab === "outputs" ? <Results node={node} /> : <Info node={node} />}
      </div>
    </>
  );
}

function walkTabs(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const next = tabs[(tabs.indexOf(event.target as HTMLElement) + step + tabs.length) % tabs.length];
  event.preventDefault();
  event.stopPropagation();
  next?.focus();
  next?.click();
}

function Parameters({ node }: { readonly node: string }): JSX.Element | null {
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const problems = useShown((state) => problemsOf(state, node));
  const drawn = document.nodes[node];
  if (!drawn) return null;
  const component = componentOf(catalogue, drawn);
  const shown = component ? parametersOf(component).filter((parameter) => isVisible(component, drawn, parameter)) : [];
  const names = new Set(shown.map((parameter) => parameter.name));
  return (
    <form className="parameters" onSubmit={(event) => event.preventDefault()}>
      <ProblemNotes problems={problems.filter((problem) => !names.has(problem.where?.parameter ?? ""))} />
      {drawn.component === DATASET ? <DatasetFields node={node} drawn={drawn} /> : null}
      {!component ? <p className="note note-error">{_("The component “%(name)s” is not installed here.", { name: drawn.component })}</p> : null}
      {drawn.component !== DATASET ? shown.map((parameter) => (
        <ParameterField key={parameter.name} node={node} drawn={drawn} parameter={parameter}
          problems={problems.filter((problem) => problem.where?.parameter === parameter.name)} />
      )) : null}
      {component && drawn.component !== DATASET && shown.length === 0 ? <p className="quiet">{_("This component has no settings.")}</p> : null}
      {component && drawn.component !== DATASET ? <WhereStepRuns node={node} /> : null}
      <OwnWords node={node} title={drawn.title ?? ""} comment={drawn.comment ?? ""} />
    </form>
  );
}

export function ProblemNotes({ problems }: { readonly problems: readonly Problem[] }): JSX.Element {
  return (
    <>
      {problems.map((problem, index) => (
        <p key={index} className={`note note-${isBlocking(problem) ? "error" : "warning"}`}>
          {problem.message} {problem.hint ? <span className="s-hint">{problem.hint}</span> : null}
        </p>
      ))}
    </>
  );
}

function OwnWords({ node, title, comment }: { readonly node: string; readonly title: string; readonly comment: string }): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <details className="own-words" open={title !== "" || comment !== ""}>
      <summary>{_("Title and comment")}</summary>
      <label className="s-row">
        <span>{_("Title")}</span>
        <input className="s-field" value={draft ?? title} readOnly={!canEdit} data-testid="node-title" onChange={(event) => setDraft(event.target.value)}
          onBlur={() => { if (draft !== null) designer.rename(node, draft); setDraft(null); }}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()} />
      </label>
      <label className="s-row">
        <span>{_("Comment")}</span>
        <textarea className="s-field" rows={3} value={comment} readOnly={!canEdit} data-testid="node-comment"
          onChange={(event) => designer.comment(node, event.target.value)} />
      </label>
    </details>
  );
}

function Info({ node }: { readonly node: string }): JSX.Element | null {
  const catalogue = useShown((state) => state.catalogue);
  const drawn = useDocument().nodes[node];
  const step = useShown((state) => stepOf(state, node));
  if (!drawn) return null;
  const component = componentOf(catalogue, drawn);
  const dataset = datasetOf(catalogue, drawn);
  return (
    <>
      {dataset ? <AboutDataset dataset={dataset} /> : null}
      {component?.own ? <OwnFacts node={node} component={component} /> : null}
      {component?.help ? <Markdown text={component.help} /> : null}
      <PortFacts title={_("Inputs")} ports={inputsOf(component)} />
      <PortFacts title={_("Outputs")} ports={outputsOf(component)} />
      <table className="s-facts">
        <caption>{_("Details")}</caption>
        <tbody>
          <tr><th scope="row">{_("Component")}</th><td>{drawn.component} {drawn.version}</td></tr>
          <tr><th scope="row">{_("Id")}</th><td><code>{node}</code></td></tr>
          {component ? <tr><th scope="row">{_("Same result for same input")}</th><td>{component.deterministic === false ? _("no") : _("yes")}</td></tr> : null}
          {step ? <tr><th scope="row">{_("State")}</th><td><StateLabel state={step.state} /></td></tr> : null}
        </tbody>
      </table>
    </>
  );
}

/** What is to know of a component of the project: its page, its inside, and a newer version. */
function OwnFacts({ node, component }: { readonly node: string; readonly component: Component }): JSX.Element | null {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const own = component.own;
  if (!own) return null;
  return (
    <>
      {own.deprecated ? <p className="note note-warning">{_("This version should not be used any more.")} {own.deprecated}</p> : null}
      {isOutdated(component) ? (
        <p className="note note-info">
          {_("Version %(version)s is available.", { version: own.latest })}{" "}
          {canEdit ? <button type="button" className="s-button is-small" data-testid="pane-update" onClick={() => designer.openDialog({ kind: "update", node })}>{_("See what it changes")}</button> : null}
        </p>
      ) : null}
      {own.url ? (
        <p>
          <a href={own.url}>{_("Open the component's page")}</a>{" "}
          {own.kind === "graph" ? <button type="button" className="s-button is-small" data-testid="pane-open-inside" onClick={() => void openInside(designer)}>{_("Look inside")}</button> : null}
        </p>
      ) : null}
    </>
  );
}

function PortFacts({ title, ports }: { readonly title: string; readonly ports: readonly Port[] }): JSX.Element | null {
  if (ports.length === 0) return null;
  return (
    <table className="s-facts">
      <caption>{title}</caption>
      <tbody>
        {ports.map((port) => (
          <tr key={port.name}>
            <th scope="row"><span className={`dot type-${port.type}`} /> {port.label}{port.optional ? ` (${_("optional")})` : ""}</th>
            <td>{typeName(port.type)}{port.help ? <small>{port.help}</small> : null}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
