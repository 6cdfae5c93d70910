/** Draws a component: ports, parameters, script and packages; tries it on a dataset; saves it as a version. */
import { type JSX, lazy, Suspense, useState } from "react";
import { type Api, reasonOf } from "@/api/client";
import type { Component } from "@/api/types";
import { componentOfDrawing, type Drawing, drawingOf, nameOf, NEW, signatureOf } from "@/component/drawing";
import { Rows } from "@/component/Rows";
import { Trial } from "@/component/Trial";
import { _ } from "@/i18n";

const Script = lazy(() => import("@/ui/Script"));

export interface Start {
  readonly project: string;
  readonly datasets: readonly string[];
  readonly component?: Component;
  readonly script?: string;
  readonly requirements?: string;
}

export function Editor({ api, start }: { readonly api: Api; readonly start: Start }): JSX.Element {
  const [drawing, setDrawing] = useState<Drawing>(() =>
    start.component ? drawingOf(start.component, start.script ?? "", start.requirements ?? "") : NEW);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const change = (part: Partial<Drawing>): void => setDrawing((now) => ({ ...now, ...part }));
  const body = { project: start.project, component: componentOfDrawing(drawing), script: drawing.script, requirements: drawing.requirements };
  const save = (): void => {
    setBusy(true);
    setProblem("");
    api.createComponent(body).then((made) => location.assign(`/components/${made.id}/`), (error: unknown) => {
      setProblem(reasonOf(error));
      setBusy(false);
    });
  };
  const signature = signatureOf(drawing);
  return (
    <form className="form form-wide component-editor" onSubmit={(event) => { event.preventDefault(); save(); }}>
      <div className="field-row">
        <label className="s-row"><span>{_("Title")}</span>
          <input className="s-field" required maxLength={100} value={drawing.title} data-testid="component-title" onChange={(event) => change({ title: event.target.value })} />
          <span className="s-help">{_("Known as %(name)s.", { name: drawing.name || nameOf(drawing.title) || "…" })}</span></label>
        <label className="s-row"><span>{_("What it does")}</span>
          <textarea className="s-field" rows={2} value={drawing.help} data-testid="component-help" onChange={(event) => change({ help: event.target.value })} /></label>
      </div>
      <Rows title={_("Inputs")} kind="input" rows={drawing.inputs} onChange={(inputs) => change({ inputs })} />
      <Rows title={_("Outputs")} kind="output" rows={drawing.outputs} onChange={(outputs) => change({ outputs })} />
      <Rows title={_("Parameters")} kind="parameter" rows={drawing.parameters} onChange={(parameters) => change({ parameters })} />
      <fieldset className="s-card-box">
        <legend>{_("Script")}</legend>
        <p className="s-help">{_("A function run that takes every input and parameter by its name and returns the outputs in their order.")}</p>
        {drawing.script.includes(signature) ? null : (
          <p className="note note-warning" data-testid="signature">{_("Its first line should be:")} <code>{signature}</code></p>
        )}
        <Suspense fallback={<p className="quiet">{_("Loading…")}</p>}>
          <Script id="component-script" label={_("Script")} value={drawing.script} readOnly={false} language="python" onChange={(script) => change({ script })} />
        </Suspense>
      </fieldset>
      <label className="s-row"><span>{_("Packages of its own")}</span>
        <textarea className="s-field" rows={3} value={drawing.requirements} placeholder="humanize==4.11.0" data-testid="component-requirements" onChange={(event) => change({ requirements: event.target.value })} />
        <span className="s-help">{_("One a line, as in requirements.txt. Empty: the product's own packages, which need no build.")}</span></label>
      <Trial api={api} body={body} datasets={start.datasets} drawing={drawing} />
      {problem ? <p className="note note-error" role="alert" data-testid="component-problem">{problem}</p> : null}
      <div className="form-actions"><button type="submit" className="button button-primary" disabled={isBusy} data-testid="component-save">
        {start.component ? _("Save as the next version") : _("Save")}</button></div>
    </form>
  );
}

