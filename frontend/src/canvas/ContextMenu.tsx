/** The menu at the pointer: the acts of the table that make sense here. */
import { type JSX, useEffect, useLayoutEffect, useRef, useState } from "react";
import { MenuItem } from "@/panes/MenuItem";
import { action } from "@/actions/table";
import { useDesigner, useShown } from "@/designer/context";
import { walk } from "@/ui/Popover";
import { _ } from "@/i18n";

const FOR_STEPS = [
  ["open", "logs", "help"], ["run-to", "run-from", "run-only"], ["link", "connect", "disconnect", "note", "group", "ungroup"],
  ["disable", "bypass", "pin", "invalidate", "replace", "collapse-card"], ["collapse", "expand", "open-inside", "update-component"], ["upstream", "downstream"],
  ["rename", "cut", "copy", "duplicate", "delete", "delete-reconnect"],
] as const;
const FOR_LINKS = [["insert"], ["delete"]] as const;
const FOR_MARKS = [["open", "rename"], ["ungroup", "delete"]] as const;
const FOR_CANVAS = [["add", "note", "paste", "paste-linked", "select-all"], ["arrange", "fit", "find", "minimap", "link-style"], ["submit", "run-changed", "parameters"]] as const;

function sectionsFor({ nodes, edges, marks }: { readonly nodes: readonly string[]; readonly edges: readonly string[]; readonly marks: readonly string[] }): readonly (readonly string[])[] {
  if (nodes.length) return FOR_STEPS;
  if (marks.length) return FOR_MARKS;
  return edges.length ? FOR_LINKS : FOR_CANVAS;
}

export function ContextMenu(): JSX.Element | null {
  const menu = useShown((state) => state.menu);
  return menu ? <Open key={`${menu.x} ${menu.y}`} x={menu.x} y={menu.y} /> : null;
}

function Open({ x, y }: { readonly x: number; readonly y: number }): JSX.Element {
  const designer = useDesigner();
  const element = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: x, top: y });
  useLayoutEffect(() => {
    const box = element.current?.getBoundingClientRect();
    if (box) setPlace({ left: Math.min(x, window.innerWidth - box.width - 8), top: Math.min(y, window.innerHeight - box.height - 8) });
    element.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [x, y]);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (!element.current?.contains(event.target as globalThis.Node)) designer.openMenu(null);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [designer]);
  const sections = sectionsFor(designer.state).map((ids) => ids.map(action).filter((each) => each.enabled(designer))).filter((each) => each.length > 0);
  return (
    <div className="s-menu is-floating" role="menu" aria-label={_("Acts")} ref={element} style={place} data-testid="context-menu" onKeyDown={(event) => walk(event, () => designer.openMenu(null))}>
      {sections.map((acts, at) => (
        <div key={at} role="group" className="menu-section">{acts.map((each) => <MenuItem key={each.id} action={each} onDone={() => designer.openMenu(null)} />)}</div>
      ))}
    </div>
  );
}
