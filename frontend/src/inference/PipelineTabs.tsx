/** Below the toolbar: the training pipeline and its inference pipelines as tabs, and what can be done with them. */
import { type JSX, useCallback, useEffect, useState } from "react";
import { reasonOf } from "@/api/client";
import { useDesigner, useShown } from "@/designer/context";
import { CreateInference } from "@/inference/CreateInference";
import { DeployPipeline } from "@/inference/DeployPipeline";
import type { Family, InferenceKind, InferencePipeline } from "@/inference/types";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

type Open = { readonly kind: "create"; readonly pipeline: InferenceKind } | { readonly kind: "deploy" } | null;

export function PipelineTabs(): JSX.Element | null {
  const id = useShown((state) => state.id);
  const isRunView = useShown((state) => state.isRunView);
  const canEdit = useShown((state) => state.canEdit);
  const [family, look] = useFamily();
  const [open, setOpen] = useState<Open>(null);
  if (isRunView || !family || (family.pipelines.length === 0 && !family.run)) return null;
  const own = family.pipelines.find((each) => each.id === id);
  const missing = (["realtime", "batch"] as const).filter((kind) => !family.pipelines.some((each) => each.kind === kind));
  return (
    <div className="pipeline-tabs" data-testid="pipeline-tabs">
      <nav className="pipeline-family" aria-label={_("Training and inference")}>
        <a href={family.training.url} aria-current={own ? undefined : "page"}>{_("Training pipeline")}</a>
        {family.pipelines.map((each) => (
          <a key={each.id} href={each.url} aria-current={each.id === id ? "page" : undefined} data-testid={`tab-${each.kind}`}>{kindName(each.kind)}</a>
        ))}
      </nav>
      {canEdit ? (
        <span className="pipeline-acts">
          {own ? <Update pipeline={own} onDone={look} /> : null}
          {own?.kind === "realtime" ? <Deploy onOpen={() => setOpen({ kind: "deploy" })} /> : null}
          {own ? null : missing.map((kind) => (
            <button key={kind} type="button" className="s-button is-small" data-testid={`create-${kind}`} onClick={() => setOpen({ kind: "create", pipeline: kind })}>
              <Icon name="plus" size={12} /> {kind === "realtime" ? _("Create real-time inference pipeline") : _("Create batch inference pipeline")}
            </button>
          ))}
        </span>
      ) : null}
      {open?.kind === "create" ? <CreateInference kind={open.pipeline} family={family} onClose={() => setOpen(null)} /> : null}
      {open?.kind === "deploy" ? <DeployPipeline onClose={() => setOpen(null)} /> : null}
    </div>
  );
}

export const kindName = (kind: InferenceKind): string =>
  kind === "realtime" ? _("Real-time inference pipeline") : _("Batch inference pipeline");

function Update({ pipeline, onDone }: { readonly pipeline: InferencePipeline; readonly onDone: () => void }): JSX.Element {
  const designer = useDesigner();
  const [isBusy, setBusy] = useState(false);
  const newer = pipeline.newer_run;
  const update = async (): Promise<void> => {
    setBusy(true);
    try {
      const notes = await designer.updateInference();
      if (notes.length) designer.tell(notes.join(" "), "info");
      onDone();
    } catch (error) {
      designer.tell(reasonOf(error), "error");
    }
    setBusy(false);
  };
  const told = newer
    ? _("Run #%(number)s is newer: take its model and transformations", { number: newer.number })
    : _("It has the model and transformations of the latest completed training run, #%(number)s", { number: pipeline.run?.number ?? "?" });
  return (
    <>
      {newer ? <span className="pipeline-newer">{_("Run #%(number)s is newer.", { number: newer.number })}</span> : null}
      <button type="button" className={`s-button is-small${newer ? " is-primary" : ""}`} disabled={isBusy || !newer} title={told}
        data-testid="update-inference" onClick={() => void update()}>
        {isBusy ? _("Updating…") : _("Update inference pipeline")}
      </button>
    </>
  );
}

function Deploy({ onOpen }: { readonly onOpen: () => void }): JSX.Element {
  const run = useShown((state) => state.run);
  const isReady = run?.state === "completed";
  const why = isReady ? _("Make it a model version and deploy it") : _("Submit this pipeline first; it is deployed after a completed run.");
  return (
    <button type="button" className="s-button is-small is-primary" disabled={!isReady} title={why} data-testid="deploy-pipeline" onClick={onOpen}>
      {_("Deploy")}
    </button>
  );
}

/** Looked up anew when a run of this draft ends, and when the person comes back to this tab. */
function useFamily(): readonly [Family | null, () => void] {
  const designer = useDesigner();
  const id = useShown((state) => state.id);
  const isRunView = useShown((state) => state.isRunView);
  const ended = useShown((state) => (state.run?.state === "completed" ? state.run.id : ""));
  const [family, setFamily] = useState<Family | null>(null);
  const look = useCallback(() => {
    if (!isRunView) designer.api.inference(id).then(setFamily, () => undefined);
  }, [designer, id, isRunView]);
  useEffect(look, [look, ended]);
  useEffect(() => {
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [look]);
  return [family, look];
}
