/** The line above the canvas: name, what can be done, whether everything is saved, and the run. */
import { type JSX, useState } from "react";
import { readable } from "@/actions/keys";
import { keysOf } from "@/actions/bindings";
import { type Action, action, ACTIONS, GROUPS, groupName } from "@/actions/table";
import { StateLabel } from "@/canvas/StepBadge";
import { useDesigner, useShown } from "@/designer/context";
import { leaveInside, saveInside } from "@/designer/subgraphs";
import { GitState } from "@/panes/GitState";
import { People } from "@/panes/People";
import { MenuItem } from "@/panes/MenuItem";
import { Icon } from "@/ui/Icon";
import { Popover } from "@/ui/Popover";
import { _, clock, ngettext } from "@/i18n";

const SHOWN = ["undo", "redo", "delete", "add", "note", "group", "arrange", "fit", "zoom-out", "zoom-in", "find", "list"] as const;
/** First in the menu, because they are looked for there; all others follow by group. */
const FIRST = ["publish", "clone", "revisions", "parameters", "commands", "shortcuts", "export-yaml", "export-python", "cancel-run"] as const;

export function Toolbar(): JSX.Element {
  const isRunView = useShown((state) => state.isRunView);
  return (
    <div className="toolbar" role="toolbar" aria-label={_("Designer")}>
      {isRunView ? null : <Inside />}
      {isRunView ? null : <Name />}
      <span className="tools">{SHOWN.map((id) => <Tool key={id} action={action(id)} />)}</span>
      <span className="toolbar-gap" />
      {isRunView ? null : <People />}
      <Connection />
      {isRunView ? null : <GitState />}
      {isRunView ? null : <SaveState />}
      <LastRun />
      <More />
      {isRunView ? null : <Submit />}
    </div>
  );
}

/** The way back, where the drawing is the inside of a component, and its next version. */
function Inside(): JSX.Element | null {
  const designer = useDesigner();
  const inside = useShown((state) => state.insideOf);
  const canEdit = useShown((state) => state.canEdit);
  if (!inside) return null;
  return (
    <nav className="inside" aria-label={_("Component")}>
      <button type="button" className="s-button is-quiet" data-testid="leave-inside" title={_("Back to the pipeline around it")}
        onClick={() => leaveInside(designer)}>‹ {_("Back")}</button>
      <span className="quiet" data-testid="inside-of">{_("Inside of %(name)s, version %(version)s", { name: inside.name, version: inside.version })}</span>
      {canEdit ? <button type="button" className="s-button" data-testid="save-inside" onClick={() => void saveInside(designer)}>{_("Save as next version")}</button> : null}
    </nav>
  );
}

function Name(): JSX.Element {
  const designer = useDesigner();
  const name = useShown((state) => state.name);
  const canEdit = useShown((state) => state.canEdit);
  const [draft, setDraft] = useState<string | null>(null);
  const done = (): void => {
    if (draft?.trim() && draft.trim() !== name) void designer.renameDraft(draft.trim());
    setDraft(null);
  };
  return (
    <input className="s-field draft-name" aria-label={_("Name of the pipeline")} value={draft ?? name} readOnly={!canEdit}
      title={name} data-testid="draft-name" onChange={(event) => setDraft(event.target.value)} onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setDraft(null);
      }} />
  );
}

function Tool({ action: each }: { readonly action: Action }): JSX.Element {
  const designer = useDesigner();
  const isEnabled = useShown(() => each.enabled(designer));
  const isList = useShown((state) => state.view === "list");
  const label = each.label();
  const icon = each.id === "list" && isList ? "canvas" : (each.icon ?? "step");
  return (
    <button type="button" className="s-button is-quiet is-icon" disabled={!isEnabled} data-testid={`tool-${each.id}`}
      aria-label={label} title={[label, keysOf(each).map(readable).join(", ")].filter(Boolean).join(" · ")}
      aria-pressed={each.id === "list" ? isList : undefined} onClick={() => each.perform(designer)}>
      <Icon name={icon} />
    </button>
  );
}

function SaveState(): JSX.Element {
  const save = useShown((state) => state.save);
  const canEdit = useShown((state) => state.canEdit);
  const text = !canEdit ? _("Read only")
    : save.kind === "saved" ? _("Saved %(time)s", { time: clock(save.at) })
      : save.kind === "saving" ? _("Saving…")
        : [
          save.waiting ? ngettext("%(count)s change waits in this browser.", "%(count)s changes wait in this browser.", save.waiting) : "",
          save.reason, save.retrying ? _("Trying again since %(time)s.", { time: clock(save.since) }) : "",
          save.isKept ? "" : _("Keep this page open: the browser stores nothing more."),
        ].filter(Boolean).join(" ");
  return (
    <span className={`save-state is-${save.kind}`} data-testid="save-state" data-state={save.kind} role="status" title={text}>
      {text}
    </span>
  );
}

function Connection(): JSX.Element | null {
  const connection = useShown((state) => state.connection);
  if (connection !== "polling") return null;
  return <span className="connection" role="status" title={_("The live connection is lost: looking every 2 seconds, connecting again.")}>
    <Icon name="alert" size={14} /> {_("Live updates are slow")}</span>;
}

function LastRun(): JSX.Element | null {
  const run = useShown((state) => state.run);
  const isRunView = useShown((state) => state.isRunView);
  const designer = useDesigner();
  if (!run) return null;
  return (
    <span className="last-run" data-testid="run-state" data-state={run.state} data-run={run.id}>
      {isRunView ? null : <a href={run.url}>{_("Run %(number)s", { number: run.number })}</a>}
      <StateLabel state={run.state} title={run.reason} />
      {run.can_cancel ? (
        <button type="button" className="s-button is-small" data-testid="cancel-run" onClick={() => void designer.cancelRun()}>
          {_("Cancel")}
        </button>
      ) : null}
    </span>
  );
}

/** Everything of the action table, so that no key is the only way. */
function More(): JSX.Element {
  const designer = useDesigner();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Popover label={_("More")} icon="more" testId="more">
      {(close) => (
        <div className="all-acts scrolls">
          <div role="group" className="menu-section">
            {FIRST.map(action).filter((each) => each.enabled(designer)).map((each) => <MenuItem key={each.id} action={each} onDone={close} />)}
          </div>
          {GROUPS.map((group) => (
            <div key={group} role="group" className="menu-section" aria-label={groupName(group)}>
              <button type="button" role="menuitem" className="menu-item is-heading" aria-expanded={open === group} data-testid={`menu-${group}`}
                onClick={() => setOpen(open === group ? null : group)}>
                <span>{groupName(group)}</span><Icon name="chevron" size={12} />
              </button>
              {open === group ? ACTIONS.filter((each) => each.group === group && !each.whileLinking).map((each) => (
                <MenuItem key={each.id} action={each} onDone={close} />
              )) : null}
            </div>
          ))}
        </div>
      )}
    </Popover>
  );
}

function Submit(): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  return (
    <button type="button" className="s-button is-primary" disabled={!canEdit} data-testid="submit" title={readable("Ctrl+Enter")}
      onClick={() => designer.openDialog({ kind: "submit" })}>
      <Icon name="play" size={14} /> {_("Submit")}
    </button>
  );
}
