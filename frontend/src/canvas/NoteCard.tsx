/** A note on the canvas: Markdown in a coloured box, free or tied to a step. */
import { type NodeProps, NodeResizer } from "@xyflow/react";
import { type JSX, memo } from "react";
import type { NoteNode } from "@/canvas/flow";
import { useDesigner, useShown } from "@/designer/context";
import { Markdown } from "@/ui/Markdown";
import { _ } from "@/i18n";

export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<NoteNode>): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  return (
    <div className={`note-card note-grip colour-${data.note.colour || "amber"}${selected ? " is-selected" : ""}`} data-testid={`note-${id}`}
      tabIndex={0} role="note" aria-label={data.note.text || _("Empty note")} title={canEdit ? _("Double-click to write") : undefined}
      onFocus={(event) => { if (event.currentTarget.matches(":focus-visible") && event.target === event.currentTarget && !designer.state.marks.includes(id)) designer.select([], [], [id]); }}
      onDoubleClick={() => canEdit && designer.openDialog({ kind: "note", note: id })}>
      {canEdit && selected ? <NodeResizer minWidth={100} minHeight={48} handleClassName="resize-handle" lineClassName="resize-line" /> : null}
      <div className="note-text">{data.note.text ? <Markdown text={data.note.text} /> : <span className="quiet">{_("Empty note")}</span>}</div>
    </div>
  );
});
