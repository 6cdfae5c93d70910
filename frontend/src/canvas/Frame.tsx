/** A frame around steps: its head carries it with all that is in it, its corners change its size. */
import { type NodeProps, NodeResizer } from "@xyflow/react";
import { type JSX, memo } from "react";
import type { FrameNode } from "@/canvas/flow";
import { useDesigner, useShown } from "@/designer/context";
import { _, ngettext } from "@/i18n";

export const Frame = memo(function Frame({ id, data, selected }: NodeProps<FrameNode>): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const count = data.group.nodes?.length ?? 0;
  const title = data.group.title || _("Group");
  return (
    <div className={`group-frame colour-${data.group.colour || "plain"}${selected ? " is-selected" : ""}`} data-testid={`group-${id}`}>
      {canEdit && selected ? <NodeResizer minWidth={120} minHeight={90} handleClassName="resize-handle" lineClassName="resize-line" /> : null}
      <div className="frame-head" tabIndex={0} role="group" aria-label={`${title}, ${ngettext("group of %(count)s step", "group of %(count)s steps", count)}`}
        title={_("Drag to move with all steps in it; double-click to name it")}
        onFocus={(event) => { if (event.currentTarget.matches(":focus-visible") && !designer.state.marks.includes(id)) designer.select([], [], [id]); }}
        onDoubleClick={() => canEdit && designer.openDialog({ kind: "group", group: id })}>
        <span className="frame-title">{title}</span> <small>{count}</small>
      </div>
    </div>
  );
});
