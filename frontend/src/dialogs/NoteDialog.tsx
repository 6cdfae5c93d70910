/** Writing a note: Markdown, colour, and the step that it is about. */
import { type JSX, useState } from "react";
import { writeNote } from "@/designer/acts/marks";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { Colours } from "@/dialogs/Colours";
import { titleOf } from "@/graph/catalogue";
import { readingOrder } from "@/graph/place";
import { Markdown } from "@/ui/Markdown";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

export function NoteDialog({ note: id, onClose }: { readonly note: string; readonly onClose: () => void }): JSX.Element | null {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const note = document.notes?.[id];
  const [text, setText] = useState(note?.text ?? "");
  if (!note) return null;
  const done = (): void => {
    if (text !== (note.text ?? "")) writeNote(designer, id, { text });
    onClose();
  };
  return (
    <Modal title={_("Note")} onClose={done} testId="note-dialog">
      <form onSubmit={(event) => { event.preventDefault(); done(); }}>
        <label className="s-row">
          <span>{_("Text")}</span>
          <textarea className="s-field" rows={7} value={text} data-testid="note-text" onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); done(); } }} />
          <span className="s-help">{_("Markdown: # heading, **bold**, *italic*, - list, `code`. Ctrl+Enter closes.")}</span>
        </label>
        {text.trim() ? <div className="note-preview" aria-label={_("As it will look")}><Markdown text={text} /></div> : null}
        <label className="s-row">
          <span>{_("About")}</span>
          <select className="s-field" value={note.node ?? ""} data-testid="note-node" onChange={(event) => writeNote(designer, id, { node: event.target.value })}>
            <option value="">{_("nothing in particular")}</option>
            {readingOrder(document).map((node) => <option key={node} value={node}>{titleOf(catalogue, document.nodes[node] as NonNullable<typeof document.nodes[string]>)}</option>)}
          </select>
        </label>
        <Colours chosen={note.colour ?? ""} onChoose={(colour) => writeNote(designer, id, { colour })} />
        <p className="modal-actions"><button type="submit" className="s-button is-primary" data-testid="note-done">{_("Done")}</button></p>
      </form>
    </Modal>
  );
}
