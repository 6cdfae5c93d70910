/** Dotted lines from notes to the steps that they are about. They carry nothing, so they are no links. */
import { ViewportPortal } from "@xyflow/react";
import type { JSX } from "react";
import type { Moved } from "@/canvas/flow";
import { useDocument } from "@/designer/context";
import { rectOf } from "@/graph/marks";

export function NoteLines({ moved }: { readonly moved: Moved }): JSX.Element | null {
  const document = useDocument();
  const tied = Object.entries(document.notes ?? {}).flatMap(([id, note]) => (note.node && document.nodes[note.node] ? [[id, note.node] as const] : []));
  if (tied.length === 0) return null;
  const middle = (id: string): readonly [number, number] => {
    const rect = { ...rectOf(document, id), ...moved[id] };
    return [rect.x + rect.width / 2, rect.y + rect.height / 2];
  };
  return (
    <ViewportPortal>
      <svg className="note-lines" aria-hidden="true">
        {tied.map(([id, node]) => {
          const [[x1, y1], [x2, y2]] = [middle(id), middle(node)];
          return <line key={id} className="note-line" x1={x1} y1={y1} x2={x2} y2={y2} />;
        })}
      </svg>
    </ViewportPortal>
  );
}
