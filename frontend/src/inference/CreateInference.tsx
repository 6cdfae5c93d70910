/** Derives an inference pipeline: for which model, where the run trained several. */
import { type JSX, useState } from "react";
import { reasonOf } from "@/api/client";
import { useDesigner, useShown } from "@/designer/context";
import { kindName } from "@/inference/PipelineTabs";
import type { Family, InferenceKind } from "@/inference/types";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

interface CreateProps {
  readonly kind: InferenceKind;
  readonly family: Family;
  readonly onClose: () => void;
}

export function CreateInference({ kind, family, onClose }: CreateProps): JSX.Element {
  const designer = useDesigner();
  const id = useShown((state) => state.id);
  const [score, setScore] = useState(family.choices[0]?.node ?? "");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const create = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      const made = await designer.api.createInference(id, kind, score);
      location.assign(made.url);
    } catch (reason) {
      setError(reasonOf(reason));
      setBusy(false);
    }
  };
  return (
    <Modal title={kindName(kind)} onClose={onClose} testId="create-inference">
      <form onSubmit={(event) => { event.preventDefault(); void create(); }}>
        <p>{kind === "realtime"
          ? _("A new pipeline that answers single requests: what run #%(number)s trained and learned is kept, and steps that only serve the training are left out. The request has no label.", { number: family.run?.number ?? "?" })
          : _("A new pipeline that scores a whole dataset, which is chosen at each submit: what run #%(number)s trained and learned is kept.", { number: family.run?.number ?? "?" })}</p>
        {family.choices.length > 1 ? (
          <label className="s-row">
            <span>{_("Which model answers?")}</span>
            <select className="s-field" value={score} data-testid="inference-score" onChange={(event) => setScore(event.target.value)}>
              {family.choices.map((each) => <option key={each.node} value={each.node}>{`${each.model_title} → ${each.title}`}</option>)}
            </select>
          </label>
        ) : null}
        {family.choices.length === 0 ? <p className="note note-error" role="alert">{_("No step of that run scores with a model that it trained. Connect the trained model to Score Model, submit, and try again.")}</p> : null}
        {error ? <p className="note note-error" role="alert">{error}</p> : null}
        <p className="modal-actions">
          <button type="button" className="s-button" onClick={onClose}>{_("Not now")}</button>
          <button type="submit" className="s-button is-primary" data-testid="inference-confirm" disabled={isBusy || family.choices.length === 0}>
            {isBusy ? _("Creating…") : _("Create")}
          </button>
        </p>
      </form>
    </Modal>
  );
}
