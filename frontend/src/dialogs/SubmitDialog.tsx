/** Hands the drawing over to run: which experiment, and what still stands in the way. */
import { type JSX, useEffect, useState } from "react";
import { ApiProblem, reasonOf } from "@/api/client";
import type { Problem } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { isBlocking } from "@/designer/state";
import { ProblemList } from "@/panes/Problems";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

const REMEMBERED = "mlops.experiment";

export function SubmitDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const known = useExperiments();
  const project = useShown((state) => state.project.slug);
  const name = useShown((state) => state.name);
  const [experiment, setExperiment] = useState(() => remembered(project) || name);
  const [description, setDescription] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const drawn = useShown((state) => state.problems);
  const blocking = (refused.length ? refused : drawn).filter(isBlocking);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      await designer.submit(experiment.trim(), description);
      remember(project, experiment.trim());
    } catch (reason) {
      setError(reasonOf(reason));
      if (reason instanceof ApiProblem) setRefused(reason.problems);
      setBusy(false);
    }
  };
  return (
    <Modal title={_("Submit the pipeline")} onClose={onClose} testId="submit-dialog">
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <label className="s-row">
          <span>{_("Experiment")}</span>
          <input className="s-field" list="experiments" required value={experiment} data-testid="experiment"
            onChange={(event) => setExperiment(event.target.value)} />
          <datalist id="experiments">{known.map((each) => <option key={each} value={each} />)}</datalist>
          <span className="s-help">{known.includes(experiment.trim()) ? _("An existing experiment.") : _("A new experiment with this name.")}</span>
        </label>
        <label className="s-row">
          <span>{_("Description")}</span>
          <textarea className="s-field" rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
        </label>
        {blocking.length ? (
          <div className="note note-error" role="alert">
            <p>{_("These problems have to be solved first:")}</p>
            <ProblemList problems={blocking} onGo={onClose} />
          </div>
        ) : null}
        {error && !blocking.length ? <p className="note note-error" role="alert">{error}</p> : null}
        <p className="modal-actions">
          <button type="button" className="s-button" onClick={onClose}>{_("Not now")}</button>
          <button type="submit" className="s-button is-primary" data-testid="submit-confirm" disabled={isBusy || !experiment.trim() || (blocking.length > 0 && refused.length === 0)}>
            {isBusy ? _("Submitting…") : _("Submit")}
          </button>
        </p>
      </form>
    </Modal>
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
