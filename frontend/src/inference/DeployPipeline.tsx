/** Makes a completed run of an inference pipeline a model version, says how its answers compare, and leads to the wizard. */
import { type JSX, useEffect, useState } from "react";
import { reasonOf } from "@/api/client";
import { useDesigner, useShown } from "@/designer/context";
import type { Package } from "@/inference/types";
import { Modal } from "@/ui/Modal";
import { _, moment } from "@/i18n";

const LOOK_MS = 1_000;
const isFinal = (one: Package): boolean => one.state !== "queued" && one.state !== "running";

export function DeployPipeline({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const run = useShown((state) => state.run?.id ?? "");
  const title = useShown((state) => state.name);
  const [name, setName] = useState(() => modelName(title));
  const [made, setMade] = useState<Package | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    designer.api.packages(run).then((known) => setMade(known[0] ?? null), () => undefined);
  }, [designer, run]);
  useEffect(() => {
    if (!made || isFinal(made)) return undefined;
    const timer = window.setInterval(() => {
      designer.api.packages(run).then((known) => setMade(known.find((each) => each.id === made.id) ?? made), () => undefined);
    }, LOOK_MS);
    return () => window.clearInterval(timer);
  }, [designer, run, made]);
  const begin = async (): Promise<void> => {
    setError("");
    try {
      setMade(await designer.api.packagePipeline(run, name.trim()));
    } catch (reason) {
      setError(reasonOf(reason));
    }
  };
  return (
    <Modal title={_("Deploy the inference pipeline")} onClose={onClose} testId="deploy-dialog">
      {made && made.state !== "failed" ? <Progress made={made} /> : null}
      {made?.version ? (
        <p className="modal-actions">
          <button type="button" className="s-button" onClick={() => setMade(null)}>{_("Register under another name")}</button>
          <a className="s-button is-primary" href={made.version.deploy_url} data-testid="go-deploy">{_("Continue to the deploy wizard")}</a>
        </p>
      ) : null}
      {!made || made.state === "failed" || made.state === "refused" ? (
        <form onSubmit={(event) => { event.preventDefault(); void begin(); }}>
          {made?.state === "failed" ? <p className="note note-error" role="alert">{`${made.reason} ${made.hint}`}</p> : null}
          {made?.state === "refused" ? null : <p>{_("Its answers are compared with what the runs computed; then it becomes a new version of this model.")}</p>}
          <label className="s-row">
            <span>{_("Model")}</span>
            <input className="s-field" required value={name} data-testid="package-name" onChange={(event) => setName(event.target.value)} />
          </label>
          {error ? <p className="note note-error" role="alert">{error}</p> : null}
          <p className="modal-actions">
            <button type="button" className="s-button" onClick={onClose}>{_("Not now")}</button>
            <button type="submit" className="s-button is-primary" data-testid="package-confirm">{_("Check and register")}</button>
          </p>
        </form>
      ) : null}
    </Modal>
  );
}

function Progress({ made }: { readonly made: Package }): JSX.Element {
  const kind = made.state === "refused" ? "error" : "info";
  return (
    <div className={`note note-${kind}`} role="status" data-testid="package-state" data-state={made.state}>
      <p>
        {made.state === "accepted" && made.version
          ? _("Registered as %(name)s, version %(number)s.", { name: made.version.name, number: made.version.number })
          : made.state === "refused" ? _("It cannot be deployed as it is.") : _("Checking, since %(time)s.", { time: moment(made.since) })}
      </p>
      <p>{made.reason} {made.hint}</p>
      {made.report?.not_compared ? <p>{_("Held-out rows were not compared: %(reason)s", { reason: made.report.not_compared })}</p> : null}
    </div>
  );
}

/** Letters, digits, dashes: what a model may be called. */
function modelName(title: string): string {
  const plain = title.replace(/ – .*$/, "").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase();
  return plain.slice(0, 60) || "pipeline";
}
