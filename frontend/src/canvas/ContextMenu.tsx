/** The menu at the pointer: the acts of the table that make sense here. */
import { type JSX, useEffect, useLayoutEffect, useRef, useState } from "react";
import { readable } from "@/actions/keys";
import { action } from "@/actions/table";
import { useDesigner, useShown } from "@/designer/context";
import { walk } from "@/ui/Popover";
import { _ } from "@/i18n";

const FOR_SELECTION = ["open", "link", "rename", "cut", "copy", "duplicate", "delete", "delete-reconnect"] as const;
const FOR_CANVAS = ["add", "paste", "select-all", "arrange", "fit", "submit"] as const;

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
  const { nodes, edges } = designer.state;
  const ids = nodes.length || edges.length ? FOR_SELECTION : FOR_CANVAS;
  return (
    <div className="s-menu is-floating" role="menu" aria-label={_("Acts")} ref={element} style={place} onKeyDown={(event) => walk(event, () => designer.openMenu(null))}>
      {ids.map(action).filter((each) => each.enabled(designer)).map((each) => (
        <button key={each.id} type="button" role="menuitem" className="menu-item" onClick={() => { each.perform(designer); designer.openMenu(null); }}>
          <span>{each.label()}</span>{each.keys[0] ? <kbd>{readable(each.keys[0])}</kbd> : null}
        </button>
      ))}
    </div>
  );
}
