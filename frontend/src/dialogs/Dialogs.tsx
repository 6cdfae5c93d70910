/** The dialog that is open, if any. */
import { type JSX, useState } from "react";
import { reasonOf } from "@/api/client";
import { useDesigner, useShown } from "@/designer/context";
import { AddDialog } from "@/dialogs/AddDialog";
import { BindDialog } from "@/dialogs/BindDialog";
import { CollapseDialog } from "@/dialogs/CollapseDialog";
import { ColumnsDialog } from "@/dialogs/ColumnsDialog";
import { Commands } from "@/dialogs/Commands";
import { GroupDialog } from "@/dialogs/GroupDialog";
import { HistoryDialog } from "@/dialogs/HistoryDialog";
import { InsertDialog } from "@/dialogs/InsertDialog";
import { NoteDialog } from "@/dialogs/NoteDialog";
import { ParametersDialog } from "@/dialogs/ParametersDialog";
import { ReplaceDialog } from "@/dialogs/ReplaceDialog";
import { Shortcuts } from "@/dialogs/Shortcuts";
import { SubmitDialog } from "@/dialogs/SubmitDialog";
import { UpdateDialog } from "@/dialogs/UpdateDialog";
import { PublishDialog } from "@/publish/PublishDialog";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

export function Dialogs(): JSX.Element | null {
  const dialog = useShown((state) => state.dialog);
  const designer = useDesigner();
  if (!dialog) return null;
  const close = (): void => designer.openDialog(null);
  switch (dialog.kind) {
    case "revisions": return <HistoryDialog onClose={close} />;
    case "submit": return <SubmitDialog scope={dialog.scope ?? "all"} nodes={dialog.nodes ?? []} onClose={close} />;
    case "publish": return <PublishDialog onClose={close} />;
    case "shortcuts": return <Shortcuts onClose={close} />;
    case "commands": return <Commands onClose={close} />;
    case "rename": return <Rename node={dialog.node} onClose={close} />;
    case "columns": return <ColumnsDialog node={dialog.node} parameter={dialog.parameter} onClose={close} />;
    case "add": return <AddDialog at={dialog.at} from={dialog.from} onClose={close} />;
    case "bind": return <BindDialog node={dialog.node} parameter={dialog.parameter} onClose={close} />;
    case "parameters": return <ParametersDialog onClose={close} />;
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
