/** Publishes the saved drawing: a version behind a new or known endpoint, which programs and schedules call. */
import { type JSX, useEffect, useState } from "react";
import { ApiProblem, reasonOf } from "@/api/client";
import type { Problem, Published, PublishedEndpoint } from "@/api/types";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { isBlocking } from "@/designer/state";
import { defaultText } from "@/graph/parameters";
import { ProblemList } from "@/panes/Problems";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

export function PublishDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [made, setMade] = useState<Published | null>(null);
  return (
    <Modal title={_("Publish the pipeline")} onClose={onClose} testId="publish-dialog">
      {made ? <Done made={made} onClose={onClose} /> : <Form onMade={setMade} onClose={onClose} />}
    </Modal>
  );
}

function Form({ onMade, onClose }: { readonly onMade: (made: Published) => void; readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const title = useShown((state) => state.name);
  const drawn = useShown((state) => state.problems);
  const known = useEndpoints();
  const [endpoint, setEndpoint] = useState(title);
  const [description, setDescription] = useState("");
  const [makeDefault, setDefault] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const blocking = (refused.length ? refused : drawn).filter(isBlocking);
  const existing = known.find((each) => each.name === endpoint.trim());
  const publish = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      await designer.saved();
      onMade(await designer.api.publish(designer.state.id, { endpoint: endpoint.trim(), description, make_default: makeDefault }));
    } catch (reason) {
      setError(reasonOf(reason));
      if (reason instanceof ApiProblem) setRefused(reason.problems);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void publish(); }}>
      <label className="s-row">
        <span>{_("Endpoint")}</span>
        <input className="s-field" list="pipeline-endpoints" required maxLength={120} value={endpoint} data-testid="publish-endpoint"
          onChange={(event) => setEndpoint(event.target.value)} />
        <datalist id="pipeline-endpoints">{known.map((each) => <option key={each.id} value={each.name} />)}</datalist>
        <span className="s-help">{existing
          ? _("An existing endpoint: this becomes its next version, at the same address.")
          : _("A new endpoint with this name and an address of its own.")}</span>
      </label>
      <label className="s-row">
        <span>{_("Description")}</span>
        <textarea className="s-field" rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
      </label>
      <label className="s-check">
        <input type="checkbox" checked={makeDefault || !existing} disabled={!existing} data-testid="publish-default"
          onChange={(event) => setDefault(event.target.checked)} />
        <span>{_("Set as default pipeline for this endpoint")}</span>
      </label>
      <Parameters />
      {blocking.length ? (
        <div className="note note-error" role="alert">
          <p>{_("These problems have to be solved first:")}</p>
          <ProblemList problems={blocking} onGo={onClose} />
        </div>
      ) : null}
      {error && !blocking.length ? <p className="note note-error" role="alert">{error}</p> : null}
      <p className="modal-actions">
        <button type="button" className="s-button" onClick={onClose}>{_("Not now")}</button>
        <button type="submit" className="s-button is-primary" data-testid="publish-confirm" disabled={isBusy || !endpoint.trim() || (blocking.length > 0 && refused.length === 0)}>
          {isBusy ? _("Publishing…") : _("Publish")}
        </button>
      </p>
    </form>
  );
}

/** What callers may choose. */
function Parameters(): JSX.Element {
  const parameters = Object.entries(useDocument().parameters ?? {});
  return (
    <div className="s-row" data-testid="publish-parameters">
      <span>{_("Parameters of its calls")}</span>
      {parameters.length ? (
        <ul>{parameters.map(([name, each]) => (
          <li key={name}><b>{name}</b> ({each.type}){defaultText(each) ? `: ${defaultText(each)}` : ""}</li>
        ))}</ul>
      ) : <span className="s-help">{_("None. Bind a step's value to a pipeline parameter to let callers choose it.")}</span>}
    </div>
  );
}

function Done({ made, onClose }: { readonly made: Published; readonly onClose: () => void }): JSX.Element {
  const page = `/pipelines/${made.endpoint}/`;
  return (
    <div data-testid="published">
      <div className="note note-info" role="status">
        <p>{_("Published as version %(number)s.", { number: made.version })}</p>
      </div>
      <p className="modal-actions">
        <button type="button" className="s-button" onClick={onClose}>{_("Close")}</button>
        <a className="s-button" href={`/pipelines/schedules/new/?endpoint=${made.endpoint}`}>{_("Schedule it")}</a>
        <a className="s-button is-primary" href={`${page}?tab=consume`} data-testid="go-endpoint">{_("Address and calls")}</a>
      </p>
    </div>
  );
}

function useEndpoints(): readonly PublishedEndpoint[] {
  const designer = useDesigner();
  const [known, setKnown] = useState<readonly PublishedEndpoint[]>([]);
  useEffect(() => {
    designer.api.pipelineEndpoints(designer.state.project.slug).then(setKnown, () => undefined);
  }, [designer]);
  return known;
}
