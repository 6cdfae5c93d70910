/** A small bar at the lower edge while something is chosen: the acts that are wanted most, one click away, over no port. */
import { Panel, useStore } from "@xyflow/react";
import type { JSX } from "react";
import { keysOf } from "@/actions/bindings";
import { readable } from "@/actions/keys";
import { action } from "@/actions/table";
import { useDesigner, useShown } from "@/designer/context";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

const FOR_ONE = ["run-to", "disable", "bypass", "pin", "replace", "note", "group", "duplicate", "delete"] as const;
const FOR_SEVERAL = [
  "align-left", "align-centre", "align-right", "align-top", "align-middle", "align-bottom", "distribute-across", "distribute-down",
  "connect", "group", "disable", "duplicate", "delete",
] as const;

export function Toolbox(): JSX.Element | null {
  const designer = useDesigner();
  const count = useShown((state) => state.nodes.length + state.marks.length);
  const steps = useShown((state) => state.nodes.length);
  const canEdit = useShown((state) => state.canEdit);
  const isBusy = useShown((state) => state.linking !== null);
  const isBoxing = useStore((state) => state.userSelectionActive);
  useShown((state) => state.history.present);
  if (!canEdit || isBusy || isBoxing || steps === 0) return null;
  const shown = (count > 1 ? FOR_SEVERAL : FOR_ONE).map(action).filter((each) => each.enabled(designer));
  return (
    <Panel position="bottom-center" className="toolbox nopan nodrag" role="toolbar" aria-label={_("What to do with the selection")} data-testid="toolbox">
      {shown.map((each) => (
        <button key={each.id} type="button" className="s-button is-quiet is-icon" data-testid={`toolbox-${each.id}`}
          aria-label={each.label()} title={[each.label(), ...keysOf(each).map(readable)].join(" · ")} onClick={() => each.perform(designer)}>
          <Icon name={each.icon ?? "step"} />
        </button>
      ))}
    </Panel>
  );
}
