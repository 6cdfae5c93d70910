/** The lines that a dragged card sticks to. */
import { ViewportPortal } from "@xyflow/react";
import type { JSX } from "react";
import type { Guides as Lines } from "@/graph/align";

export function Guides({ guides }: { readonly guides: Lines }): JSX.Element | null {
  if (guides.lines.length === 0) return null;
  return (
    <ViewportPortal>
      {guides.lines.map(({ way, at }) => (
        <div key={way} className={`guide guide-${way}`} style={{ transform: way === "x" ? `translateX(${at}px)` : `translateY(${at}px)` }} />
      ))}
    </ViewportPortal>
  );
}
