/** The state of a step in a run: icon, word, colour and time together, so that none has to be told by colour alone. */
import type { JSX } from "react";
import type { RunState, Step, StepState } from "@/api/types";
import { Icon, type IconName } from "@/ui/Icon";
import { _, moment, seconds } from "@/i18n";

export function stateName(state: StepState | RunState): string {
  switch (state) {
    case "waiting": return _("Waiting");
    case "queued": return _("Queued");
    case "running": return _("Running");
    case "completed": return _("Completed");
    case "reused": return _("Reused");
    case "failed": return _("Failed");
    case "skipped": return _("Skipped");
    case "cancelling": return _("Cancelling");
    case "cancelled": return _("Cancelled");
  }
}

const ICONS: Readonly<Record<StepState | RunState, IconName>> = {
  waiting: "clock", queued: "clock", running: "spinner", completed: "check", reused: "reuse", failed: "alert",
  skipped: "skip", cancelling: "stop", cancelled: "stop",
};

export function StateLabel({ state, title = "" }: { readonly state: StepState | RunState; readonly title?: string }): JSX.Element {
  return (
    <span className={`s-state state-${state}`} title={title || undefined}>
      <Icon name={ICONS[state]} size={14} /> {stateName(state)}
    </span>
  );
}

/** One line on the card: what, how long, and why. */
export function StepLine({ step }: { readonly step: Step }): JSX.Element {
  const words = step.seconds !== null && step.state !== "running" ? seconds(step.seconds) : "";
  const why = step.error?.message ?? (step.state === "completed" || step.state === "reused" ? "" : step.reason);
  return (
    <span className={`s-state step-line state-${step.state}`} title={[stateName(step.state), words, why, step.since ? _("since %(time)s", { time: moment(step.since) }) : "", step.hint].filter(Boolean).join("\n")}>
      <Icon name={ICONS[step.state]} size={13} />
      <span className="step-words">
        {stateName(step.state)}{words ? <span className="step-time"> · {words}</span> : null}{why ? <span className="step-why"> · {why}</span> : null}
      </span>
    </span>
  );
}

export function StepBar({ step }: { readonly step: Step }): JSX.Element | null {
  if (step.state !== "running") return null;
  const share = step.progress;
  return (
    <span className={`bar${share === null ? " is-open-ended" : ""}`} role="progressbar" aria-label={_("Progress")}
      aria-valuemin={0} aria-valuemax={100} {...(share === null ? {} : { "aria-valuenow": Math.round(share * 100) })}>
      <span style={{ width: `${(share ?? 0.3) * 100}%` }} />
    </span>
  );
}
