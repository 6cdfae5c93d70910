/** The dialog that is open, if any. */
import { type JSX, useEffect, useState } from "react";
import { reasonOf } from "@/api/client";
import type { Revision } from "@/api/types";
import { readable } from "@/actions/keys";
import { type Action, ACTIONS } from "@/actions/table";
import { useDesigner, useShown } from "@/designer/context";
import { AddDialog } from "@/dialogs/AddDialog";
import { CollapseDialog } from "@/dialogs/CollapseDialog";
import { ColumnsDialog } from "@/dialogs/ColumnsDialog";
import { SubmitDialog } from "@/dialogs/SubmitDialog";
import { UpdateDialog } from "@/dialogs/UpdateDialog";
import { Modal } from "@/ui/Modal";
import { Picker } from "@/ui/Picker";
import { _, moment } from "@/i18n";

export function Dialogs(): JSX.Element | null {
  const dialog = useShown((state) => state.dialog);
  const designer = useDesigner();
  if (!dialog) return null;
  const close = (): void => designer.openDialog(null);
  switch (dialog.kind) {
    case "submit": return <SubmitDialog onClose={close} />;
    case "revisions": return <Revisions onClose={close} />;
    case "shortcuts": return <Shortcuts onClose={close} />;
    case "commands": return <Commands onClose={close} />;
    case "rename": return <Rename node={dialog.node} onClose={close} />;
    case "columns": return <ColumnsDialog node={dialog.node} parameter={dialog.parameter} onClose={close} />;
    case "add": return <AddDialog at={dialog.at} from={dialog.from} onClose={close} />;
    case "collapse": return <CollapseDialog onClose={close} />;
    case "update": return <UpdateDialog node={dialog.node} onClose={close} />;
    case "gone": return <Gone reason={dialog.reason} onClose={close} />;
  }
}

interface Closable {
  readonly onClose: () => void;
}

function Commands({ onClose }: Closable): JSX.Element {
  const designer = useDesigner();
  const items = ACTIONS.filter((each) => each.group !== "move" && each.id !== "commands")
    .map((each) => ({
      id: each.id, label: each.label(), hint: each.keys[0] ? readable(each.keys[0]) : "",
      // The palette itself is open, which is no reason against any act.
      disabled: !each.enabled(designer),
    }));
  return (
    <Modal title={_("Commands")} onClose={onClose} testId="commands-dialog">
      <Picker items={items.filter((item) => !item.disabled)} placeholder={_("Find a command")}
        onPick={(item) => { onClose(); ACTIONS.find((each) => each.id === item.id)?.perform(designer); }} />
    </Modal>
  );
}

function groupName(group: Action["group"]): string {
  switch (group) {
    case "edit": return _("Edit");
    case "add": return _("Add");
    case "view": return _("View");
    case "run": return _("Run");
    case "move": return _("Move around");
    case "link": return _("Link by keyboard");
    case "draft": return _("Pipeline");
  }
}

function Shortcuts({ onClose }: Closable): JSX.Element {
  const shown = ACTIONS.filter((each) => each.keys.length > 0);
  const groups = [...new Set(shown.map((each) => each.group))];
  return (
    <Modal title={_("Keyboard shortcuts")} onClose={onClose} wide testId="shortcuts-dialog">
      <div className="shortcuts">
        {groups.map((group) => (
          <table key={group} className="s-facts">
            <caption>{groupName(group)}</caption>
            <tbody>
              {shown.filter((each) => each.group === group).map((each) => (
                <tr key={each.id}>
                  <th scope="row">{each.label()}</th>
                  <td>{each.keys.map((keys) => <kbd key={keys}>{readable(keys)}</kbd>)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
        <table className="s-facts">
          <caption>{_("Mouse and touch")}</caption>
          <tbody>
            <tr><th scope="row">{_("Scroll")}</th><td>{_("Wheel, or two fingers")}</td></tr>
            <tr><th scope="row">{_("Zoom")}</th><td>{_("Ctrl + wheel, or pinch")}</td></tr>
            <tr><th scope="row">{_("Move the canvas")}</th><td>{_("Space + drag, middle button, or one finger")}</td></tr>
            <tr><th scope="row">{_("Choose several")}</th><td>{_("Drag over empty canvas; Shift adds")}</td></tr>
            <tr><th scope="row">{_("Add what fits")}</th><td>{_("Drag a link onto empty canvas")}</td></tr>
          </tbody>
        </table>
      </div>
    </Modal>
  );
}

function Rename({ node, onClose }: Closable & { readonly node: string }): JSX.Element {
  const designer = useDesigner();
  const [title, setTitle] = useState(designer.document.nodes[node]?.title ?? "");
  return (
    <Modal title={_("Rename the step")} onClose={onClose} testId="rename-dialog">
      <form onSubmit={(event) => { event.preventDefault(); designer.rename(node, title); onClose(); }}>
        <label className="s-row">
          <span>{_("Title")}</span>
          <input className="s-field" value={title} onChange={(event) => setTitle(event.target.value)} data-testid="rename-title" />
          <span className="s-help">{_("Empty: the component's own name.")}</span>
        </label>
        <p className="modal-actions"><button type="submit" className="s-button is-primary">{_("Rename")}</button></p>
      </form>
    </Modal>
  );
}

function Revisions({ onClose }: Closable): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const [revisions, setRevisions] = useState<readonly Revision[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    designer.api.revisions(designer.state.id).then(setRevisions, (reason: unknown) => setError(reasonOf(reason)));
  }, [designer]);
  const restore = (revision: number): void => {
    designer.restore(revision).then(onClose, (reason: unknown) => setError(reasonOf(reason)));
  };
  return (
    <Modal title={_("Revisions")} onClose={onClose} wide testId="revisions-dialog">
      {error ? <p className="note note-error" role="alert">{error}</p> : null}
      {revisions === null && !error ? <p className="quiet">{_("Loading…")}</p> : null}
      {revisions ? (
        <table className="s-table">
          <thead><tr><th scope="col">#</th><th scope="col">{_("What")}</th><th scope="col">{_("When")}</th><th scope="col">{_("Who")}</th><th scope="col"><span className="hidden">{_("Act")}</span></th></tr></thead>
          <tbody>
            {revisions.map((revision, index) => (
              <tr key={revision.number}>
                <td>{revision.number}</td><td>{revision.label}</td><td>{moment(revision.saved_at)}</td><td>{revision.saved_by}</td>
                <td>{index === 0 ? <span className="quiet">{_("current")}</span> : canEdit ? (
                  <button type="button" className="s-button is-small" data-testid={`restore-${revision.number}`}
                    aria-label={_("Restore revision %(n)s", { n: revision.number })} onClick={() => restore(revision.number)}>{_("Restore")}</button>
                ) : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Modal>
  );
}

function Gone({ reason, onClose }: Closable & { readonly reason: string }): JSX.Element {
  const designer = useDesigner();
  const [error, setError] = useState("");
  const saveAsNew = (): void => void designer.saveAsNew().catch((problem: unknown) => setError(reasonOf(problem)));
  return (
    <Modal title={_("This pipeline is not there any more")} onClose={onClose} testId="gone-dialog">
      <p>{reason} {_("Your drawing is still here, and can be kept as a pipeline of its own.")}</p>
      {error ? <p className="note note-error" role="alert">{error}</p> : null}
      <p className="modal-actions">
        <button type="button" className="s-button is-primary" onClick={saveAsNew} data-testid="gone-save">{_("Save it as a new pipeline")}</button>
      </p>
    </Modal>
  );
}
