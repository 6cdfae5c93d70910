/** From the border of a note to the border of the step that it is about. */
import { BaseEdge, type EdgeProps, useInternalNode } from "@xyflow/react";
import type { JSX } from "react";
import type { Position } from "@/api/types";

export function NoteLine({ source, target }: EdgeProps): JSX.Element | null {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  if (!from || !to) return null;
  const a = middle(from);
  const b = middle(to);
  return <BaseEdge path={`M${a.x},${a.y} L${b.x},${b.y}`} />;
}

const middle = (node: NonNullable<ReturnType<typeof useInternalNode>>): Position => ({
  x: node.internals.positionAbsolute.x + (node.measured.width ?? 0) / 2, y: node.internals.positionAbsolute.y + (node.measured.height ?? 0) / 2,
});
