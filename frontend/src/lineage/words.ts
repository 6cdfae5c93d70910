/** What people read for the kinds and relations that programs compare. */
import { _ } from "@/i18n";
import type { Thing } from "@/lineage/types";

const kinds = (): Readonly<Record<string, string>> => ({
  datastore: _("Data store"), source: _("Source"), dataset: _("Dataset"), commit: _("Commit"), code: _("Code"),
  component: _("Component"), environment: _("Environment"), pipeline: _("Pipeline"), schedule: _("Schedule"), draft: _("Drawing"),
  run: _("Run"), step: _("Step"), model: _("Model"), image: _("Image"), deployment: _("Deployment"), endpoint: _("Endpoint"),
  window: _("Collected data"), monitor: _("Monitor"), look: _("Look"), retraining: _("Retraining"), approval: _("Approval"), rollout: _("Rollout"),
});

export const kindName = (kind: string): string => kinds()[kind] ?? kind;

/** Its kind, and its state where it has one. */
export const sortOf = (thing: Thing): string => kindName(thing.kind) + (thing.state ? ` · ${thing.state.replaceAll("_", " ")}` : "");

const BAD = new Set(["failed", "unhealthy", "alarm", "trouble", "rolled_back", "rejected"]);
const GOOD = new Set(["completed", "healthy", "ready", "promoted", "finished", "done", "Production", "fine"]);

export const toneOf = (thing: Thing): string => (BAD.has(thing.state ?? "") ? "bad" : GOOD.has(thing.state ?? "") ? "good" : "plain");
