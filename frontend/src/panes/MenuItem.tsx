/** One act in a menu, with its key; what is not possible now is shown, and cannot be chosen. */
import type { JSX } from "react";
import { keysOf } from "@/actions/bindings";
import { readable } from "@/actions/keys";
import type { Action } from "@/actions/table";
import { useDesigner } from "@/designer/context";

export function MenuItem({ action, onDone }: { readonly action: Action; readonly onDone: () => void }): JSX.Element {
  const designer = useDesigner();
  const [keys] = keysOf(action);
  return (
    <button type="button" role="menuitem" className="menu-item" disabled={!action.enabled(designer)} data-testid={action.id}
      onClick={() => { action.perform(designer); onDone(); }}>
      <span>{action.label()}</span>{keys ? <kbd>{readable(keys)}</kbd> : null}
    </button>
  );
}
