/** What people read for the kinds and relations that programs compare. */
import { _ } from "@/i18n";
import type { Thing } from "@/lineage/types";

const kinds = (): Readonly<Record<string, string>> => ({
  datastore: _("Data store"), source: _("Source"), dataset: _("Dataset"), commit: _("Commit"), code: _("Code"),
  component: _("Component"), environment: _("Environment"), pipeline: _("Pipeline"), schedule: _("Schedule"), draft: _("Drawing"),
  run: _("Run"), step: _("Step"), model: _("Model"), image: _("Image"), deployment: _("Deployment"), endpoint: _("Endpoint"),
  window: _("Collected data"), monitor: _("Monitor"), look: _("Look"), retraining: _("Retraining"), approval: _("Approval"), rollout: _("Rollout"),
});

const relations = (): Readonly<Record<string, string>> => ({
  "answered by": _("answered by"), "called by": _("called by"), calls: _("calls"), "code of": _("code of"),
  "collected as": _("collected as"), "compared in": _("compared in"), "compared with": _("compared with"),
  compares: _("compares"), "compares with": _("compares with"), "consists of": _("consists of"),
  "copied as": _("copied as"), "decided by": _("decided by"), "decides on": _("decides on"), deployed: _("deployed"),
  "deployed as": _("deployed as"), "deployed by": _("deployed by"), "done again as": _("done again as"),
  "drawn as": _("drawn as"), "drawn from": _("drawn from"), "kept with": _("kept with"), "is answered by": _("is answered by"), "look of": _("look of"), looked: _("looked"),
  made: _("made"), "made by": _("made by"), "made from": _("made from"), "made into": _("made into"), moved: _("moved"),
  "moved by": _("moved by"), "packed as": _("packed as"), "packed from": _("packed from"), "part of": _("part of"),
  "published as": _("published as"), "published from": _("published from"), ran: _("ran"), "ran as": _("ran as"),
  "ran in": _("ran in"), read: _("read"), "read by": _("read by"), "read from": _("read from"), "read into": _("read into"),
  reads: _("reads"), "result of": _("result of"), "retrained by": _("retrained by"), "rolled out by": _("rolled out by"),
  "rolls out": _("rolls out"), "runs in": _("runs in"), "saved as": _("saved as"), scored: _("scored"),
  "scored with": _("scored with"), "served by": _("served by"), serves: _("serves"), "stands behind": _("stands behind"),
  "stands on": _("stands on"), started: _("started"), "started by": _("started by"), "step of": _("step of"),
  "trained on": _("trained on"), "training data of": _("training data of"), triggered: _("triggered"),
  "triggered by": _("triggered by"), used: _("used"), "used again by": _("used again by"), "used by": _("used by"),
  uses: _("uses"), "watched by": _("watched by"), watches: _("watches"), "written by": _("written by"), wrote: _("wrote"),
});

export const relationName = (relation: string): string => relations()[relation] ?? relation;

export const kindName = (kind: string): string => kinds()[kind] ?? kind;

/** Its kind, and its state where it has one. */
export const sortOf = (thing: Thing): string => {
  const state = thing.state_label || (thing.state ?? "").replaceAll("_", " ");
  return kindName(thing.kind) + (state ? ` · ${state}` : "");
};

const BAD = new Set(["failed", "unhealthy", "alarm", "trouble", "rolled_back", "rejected"]);
const GOOD = new Set(["completed", "healthy", "ready", "promoted", "finished", "done", "Production", "fine"]);

export const toneOf = (thing: Thing): string => (BAD.has(thing.state ?? "") ? "bad" : GOOD.has(thing.state ?? "") ? "good" : "plain");
