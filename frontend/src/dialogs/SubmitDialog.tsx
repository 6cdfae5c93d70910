/** Hands the drawing over to run: which experiment, and what still stands in the way. */
import { type JSX, useEffect, useState } from "react";
import { ApiProblem, reasonOf } from "@/api/client";
import type { Part, ScopeKind } from "@/api/plan";
import type { Json, Problem } from "@/api/types";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { isBlocking } from "@/designer/state";
import { ParameterForm } from "@/dialogs/ParameterForm";
import { PlanTable, usePlan } from "@/dialogs/PlanTable";
import { isUnfit } from "@/graph/parameters";
import { ProblemList } from "@/panes/Problems";
import { Modal } from "@/ui/Modal";
import { _, pgettext } from "@/i18n";

const REMEMBERED = "mlops.experiment";

interface Props {
  readonly scope: ScopeKind;
  readonly nodes: readonly string[];
  readonly onClose: () => void;
}

export function SubmitDialog({ scope: asked, nodes: given, onClose }: Props): JSX.Element {
  const designer = useDesigner();
  const [nodes] = useState(() => given.length ? given : designer.state.nodes);
  const known = useExperiments();
  const project = useShown((state) => state.project.slug);
  const name = useShown((state) => state.name);
  const [experiment, setExperiment] = useState(() => remembered(project) || name);
  const [description, setDescription] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const drawn = useShown((state) => state.problems);
  const [scope, setScope] = useState(asked);
  const [parameters, setParameters] = useState<Readonly<Record<string, Json>>>({});
  const part: Part = { scope: { kind: scope, nodes: scope === "all" || scope === "changed" ? [] : nodes }, parameters };
  const declared = useDocument().parameters ?? {};
  const hasUnfit = Object.entries(parameters).some(([each, value]) => isUnfit(declared[each], value));
  const plan = usePlan(hasUnfit ? null : part);
  const isBlocked = (plan.found?.counts.blocked ?? 0) > 0;
  const blocking = (refused.length ? refused : drawn).filter(isBlocking);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      await designer.submit({ ...part, experiment: experiment.trim(), description });
      remember(project, experiment.trim());
    } catch (reason) {
      setError(reasonOf(reason));
      if (reason instanceof ApiProblem) setRefused(reason.problems);
      setBusy(false);
    }
  };
  return (
    <Modal title={_("Submit the pipeline")} onClose={onClose} wide testId="submit-dialog" footer={(
      <p className="modal-actions">
        {isBlocked ? <span className="is-error">{_("A step that is needed has no result: run up to here instead.")}</span> : null}
        <button type="button" className="s-button" onClick={onClose}>{_("Not now")}</button>
        <button type="submit" form="submit-form" className="s-button is-primary" data-testid="submit-confirm" disabled={isBusy || isBlocked || hasUnfit || !experiment.trim() || (blocking.length > 0 && refused.length === 0)}>
          {isBusy ? _("Submitting…") : _("Submit")}
        </button>
      </p>
    )}>
      <form id="submit-form" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <div className="submit-words">
        <label className="s-row">
          <span>{_("Experiment")}</span>
          <input className="s-field" list="experiments" required value={experiment} data-testid="experiment"
            onChange={(event) => setExperiment(event.target.value)} />
          <datalist id="experiments">{known.map((each) => <option key={each} value={each} />)}</datalist>
          <span className="s-help">{known.includes(experiment.trim()) ? _("An existing experiment.") : _("A new experiment with this name.")}</span>
        </label>
        <label className="s-row">
          <span>{_("Description")}</span>
          <textarea className="s-field" rows={1} value={description} onChange={(event) => setDescription(event.target.value)} />
        </label>
        </div>
        <ScopeChoice scope={scope} nodes={nodes} onChange={setScope} />
        <ParameterForm values={parameters} onChange={setParameters} />
        {blocking.length || hasUnfit ? null : <PlanTable plan={plan} />}
        {blocking.length ? (
          <div className="note note-error" role="alert">
            <p>{_("These problems have to be solved first:")}</p>
            <ProblemList problems={blocking} onGo={onClose} />
          </div>
        ) : null}
        {error && !blocking.length ? <p className="note note-error" role="alert">{error}</p> : null}
      </form>
    </Modal>
  );
}

function scopeName(kind: ScopeKind): string {
  switch (kind) {
    case "all": return _("All steps");
    case "changed": return _("Only what changed");
    case "to": return _("Up to the chosen steps");
    case "from": return _("From the chosen steps on");
    case "only": return _("Only the chosen steps");
  }
}

function ScopeChoice({ scope, nodes, onChange }: { readonly scope: ScopeKind; readonly nodes: readonly string[]; readonly onChange: (kind: ScopeKind) => void }): JSX.Element {
  const chosen = useShown((state) => state.nodes);
  const offered: readonly ScopeKind[] = nodes.length || chosen.length ? ["all", "changed", "to", "from", "only"] : ["all", "changed"];
  return (
    <label className="s-row">
      <span>{pgettext("act", "Run")}</span>
      <select className="s-field" value={scope} data-testid="submit-scope" onChange={(event) => onChange(event.target.value as ScopeKind)}>
        {offered.map((kind) => <option key={kind} value={kind}>{scopeName(kind)}</option>)}
      </select>
    </label>
  );
}

function useExperiments(): readonly string[] {
  const designer = useDesigner();
  const [known, setKnown] = useState<readonly string[]>([]);
  useEffect(() => {
    designer.api.experiments(designer.state.project.slug).then((found) => setKnown(found.map((each) => each.name)), () => undefined);
  }, [designer]);
  return known;
}

function remembered(project: string): string {
  try {
    return localStorage.getItem(`${REMEMBERED}.${project}`) ?? "";
  } catch {
    return "";
  }
}

function remember(project: string, experiment: string): void {
  try {
    localStorage.setItem(`${REMEMBERED}.${project}`, experiment);
  } catch {
    // Only a convenience is lost.
  }
}
