/** The dialog that is open, if any. */
import { type JSX, useEffect, useState } from "react";
import { reasonOf } from "@/api/client";
import type { Revision } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { AddDialog } from "@/dialogs/AddDialog";
import { CollapseDialog } from "@/dialogs/CollapseDialog";
import { ColumnsDialog } from "@/dialogs/ColumnsDialog";
import { Commands } from "@/dialogs/Commands";
import { GroupDialog } from "@/dialogs/GroupDialog";
import { InsertDialog } from "@/dialogs/InsertDialog";
import { NoteDialog } from "@/dialogs/NoteDialog";
import { ReplaceDialog } from "@/dialogs/ReplaceDialog";
import { Shortcuts } from "@/dialogs/Shortcuts";
import { SubmitDialog } from "@/dialogs/SubmitDialog";
import { UpdateDialog } from "@/dialogs/UpdateDialog";
import { Modal } from "@/ui/Modal";
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
    case "note": return <NoteDialog note={dialog.note} onClose={close} />;
    case "group": return <GroupDialog group={dialog.group} onClose={close} />;
    case "insert": return <InsertDialog edge={dialog.edge} onClose={close} />;
    case "replace": return <ReplaceDialog node={dialog.node} onClose={close} />;
  }
}

interface Closable {
  readonly onClose: () => void;
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
