/** The plan of a run: each step with what becomes of it, why, and what it takes. */
import { type JSX, useEffect, useState } from "react";
import type { Estimate, Part, PlannedAct, PlannedStep, RunPlan } from "@/api/plan";
import { reasonOf } from "@/api/client";
import { useDesigner } from "@/designer/context";
import { Icon, type IconName } from "@/ui/Icon";
import { _, bytes, moment, ngettext, seconds } from "@/i18n";

export interface Planned {
  readonly found: RunPlan | null;
  readonly error: string;
}

/** Asked again whenever the part changes (null: not now); an answer that comes late is left aside. */
export function usePlan(part: Part | null): Planned {
  const designer = useDesigner();
  const [plan, setPlan] = useState<Planned>({ found: null, error: "" });
  const asked = JSON.stringify(part);
  useEffect(() => {
    if (asked === "null") return undefined;
    let isCurrent = true;
    const timer = window.setTimeout(() => {
      designer.plan(JSON.parse(asked) as Part).then(
        (found) => { if (isCurrent) setPlan({ found, error: "" }); },
        (reason: unknown) => { if (isCurrent) setPlan({ found: null, error: reasonOf(reason) }); },
      );
    }, 150);
    return () => { isCurrent = false; window.clearTimeout(timer); };
  }, [designer, asked]);
  return plan;
}

export function PlanTable({ plan }: { readonly plan: Planned }): JSX.Element {
  const { found, error } = plan;
  if (error) return <p className="note note-error" role="alert">{error}</p>;
  if (!found) return <p className="quiet" role="status">{_("Looking what has to run…")}</p>;
  return (
    <section className="plan" aria-label={_("Run plan")} data-testid="plan">
      <p className="plan-sum" role="status">{summary(found)}</p>
      <ul className="plan-steps" tabIndex={0} aria-label={_("Steps of the plan")}>
        {found.lines.map((line) => <Step key={line.node} line={line} />)}
      </ul>
    </section>
  );
}

function Step({ line }: { readonly line: PlannedStep }): JSX.Element {
  return (
    <li className={`plan-step plan-${line.action}`} data-testid={`plan-${line.node}`} data-action={line.action}>
      <span className="plan-act"><Icon name={ICONS[line.action]} size={14} /> {actName(line.action)}</span>
      <span className="plan-title">{line.title}</span>
      <span className="plan-why">{line.why}{line.since ? ` (${moment(line.since)})` : ""}</span>
      {line.warning ? <span className="plan-warning">{line.warning}</span> : null}
      <span className="plan-takes">{line.action === "run" ? takes(line.estimate) : ""}</span>
    </li>
  );
}

function takes(estimate: Estimate | null): string {
  if (!estimate) return _("time unknown");
  const memory = estimate.memory_bytes ? ` · ${bytes(estimate.memory_bytes)}` : "";
  const note = estimate.similar ? "" : ` · ${_("from other sizes")}`;
  return `≈ ${seconds(estimate.seconds)}${memory}${note}`;
}

function summary(plan: RunPlan): string {
  const run = plan.counts.run ?? 0;
  const spared = (plan.counts.reuse ?? 0) + (plan.counts.kept ?? 0) + (plan.counts.pinned ?? 0);
  const left = (plan.counts.skip ?? 0) + (plan.counts.outside ?? 0);
  const parts = [ngettext("%(count)s step runs", "%(count)s steps run", run)];
  if (spared) parts.push(ngettext("%(count)s result is taken from before", "%(count)s results are taken from before", spared));
  if (left) parts.push(ngettext("%(count)s step is left out", "%(count)s steps are left out", left));
  if (run > plan.unknown) parts.push(_("about %(time)s", { time: seconds(plan.seconds) }));
  if (plan.unknown && plan.unknown === run) parts.push(_("how long is not known yet"));
  else if (plan.unknown) parts.push(ngettext("%(count)s without history", "%(count)s without history", plan.unknown));
  if (plan.memory_bytes) parts.push(_("up to %(size)s of memory", { size: bytes(plan.memory_bytes) }));
  return `${parts.join(", ")}.`;
}

const ICONS: Readonly<Record<PlannedAct, IconName>> = {
  run: "play", reuse: "reuse", kept: "reuse", read: "data", pinned: "pin", skip: "skip", outside: "skip", blocked: "alert",
};

function actName(act: PlannedAct): string {
  switch (act) {
    case "run": return _("Runs");
    case "reuse": return _("Reused");
    case "kept": return _("Taken");
    case "read": return _("Read");
    case "pinned": return _("Pinned");
    case "skip": return _("Left out");
    case "outside": return _("Left out");
    case "blocked": return _("Missing");
  }
}
