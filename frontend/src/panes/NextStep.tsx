/** One line at the foot of the drawing: what can be done next, with the button for it. */
import type { JSX } from "react";
import { action } from "@/actions/table";
import { useDesigner, useShown } from "@/designer/context";
import type { Designer } from "@/designer/designer";
import { type Made, type Next, nextStep } from "@/designer/next";
import { rememberLook } from "@/designer/look";
import { Icon } from "@/ui/Icon";
import { _, ngettext } from "@/i18n";

export function NextStep(): JSX.Element | null {
  const designer = useDesigner();
  const isOn = useShown((state) => state.look.hints);
  const signature = useShown((state) => (state.look.hints ? JSON.stringify(nextStep(state)) : "null"));
  const next = JSON.parse(signature) as Next | null;
  if (!isOn || !next) return null;
  const hide = (): void => {
    designer.set({ look: { ...designer.state.look, hints: false } });
    rememberLook(designer.state.look);
    designer.announce(_("Hints are hidden. “More ▸ Look” brings them back."));
  };
  return (
    <section className="next-step" aria-label={_("Next step")} data-testid="next-step" data-kind={next.kind}>
      <p role="status"><strong>{_("Next:")}</strong> {words(next)}</p>
      <Acts next={next} />
      <button type="button" className="s-button is-quiet is-icon" aria-label={_("Hide hints")} title={_("Hide hints")} onClick={hide}><Icon name="close" size={12} /></button>
    </section>
  );
}

function words(next: Next): string {
  switch (next.kind) {
    case "empty": return _("start with data. Add a dataset, or a step that brings data in.");
    case "mend": return ngettext("%(count)s problem is left. It names its step below.", "%(count)s problems are left. Each names its step below.", next.count);
    case "learn": return _("say what happens to the data: add steps and link them. A model needs a learner, Train Model, and Score Model.");
    case "submit": return _("nothing stands in the way. Submit the pipeline to run it.");
    case "wait": return _("run %(number)s is working. Each step shows its state; results can be opened as they come.", { number: next.run.number });
    case "failed": return _("run %(number)s failed. Look at the step, mend it, and submit again: what is done is reused.", { number: next.run.number });
    case "stopped": return _("run %(number)s was cancelled. Submit again: what is done is reused.", { number: next.run.number });
    case "changed": return _("the drawing has changed since run %(number)s. Submit it again: what did not change is reused.", { number: next.run.number });
    case "deploy": return _("run %(number)s is complete. “Deploy”, above, makes this pipeline a service that answers requests.", { number: next.run.number });
    case "trained": return _("run %(number)s is complete. Register its model to deploy it, or create an inference pipeline, above.", { number: next.run.number });
  }
}

function Acts({ next }: { readonly next: Next }): JSX.Element | null {
  const designer = useDesigner();
  switch (next.kind) {
    case "empty":
    case "learn": return <Act text={_("Add a step")} perform={() => action("add").perform(designer)} />;
    case "submit":
    case "changed":
    case "stopped": return <Act text={_("Submit the pipeline")} perform={() => action("submit").perform(designer)} />;
    case "failed": {
      const { step } = next;
      return step ? <Act text={_("Look at “%(title)s”", { title: step.title })} perform={() => { designer.focus(step.node); designer.set({ tab: "outputs", sheet: "pane" }); }} /> : null;
    }
    case "trained": {
      const { evaluation, models } = next;
      return (
        <>
          {evaluation ? <Act text={_("See the evaluation")} perform={() => designer.openOutput(evaluation.node, evaluation.port)} /> : null}
          {models.map((made) => (
            <Act key={`${made.node} ${made.port}`} text={models.length > 1 ? _("Register model of “%(title)s”", { title: made.title }) : _("Register the model")}
              perform={() => void register(designer, next.run.id, made)} />
          ))}
        </>
      );
    }
    default: return null;
  }
}

function Act({ text, perform }: { readonly text: string; readonly perform: () => void }): JSX.Element {
  return <button type="button" className="s-button is-small" onClick={perform}>{text}</button>;
}

/** To the form; where the model cannot be registered, its view says why. */
async function register(designer: Designer, run: string, made: Made): Promise<void> {
  const output = await designer.api.output(run, made.node, made.port, 0, 1).catch(() => null);
  const url = output && "register_url" in output ? output.register_url : null;
  if (url) location.assign(url);
  else designer.openOutput(made.node, made.port);
}
