/** The same drawing as a list, and an equal editor of it: everything the canvas can do is done here with fields and buttons. */
import { type JSX, useMemo } from "react";
import { keysOf } from "@/actions/bindings";
import { readable } from "@/actions/keys";
import { action } from "@/actions/table";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { readingOrder } from "@/graph/place";
import { ListAdd } from "@/panes/ListAdd";
import { ListMarks } from "@/panes/ListMarks";
import { ListRow } from "@/panes/ListRow";
import { MenuItem } from "@/panes/MenuItem";
import { Icon } from "@/ui/Icon";
import { Popover } from "@/ui/Popover";
import { _, ngettext } from "@/i18n";

const FIRST = ["run-to", "disable", "bypass", "replace", "connect", "group", "delete"] as const;
const MORE = [
  "run-from", "run-only", "pin", "invalidate", "disconnect", "note", "ungroup", "rename", "collapse-card", "collapse", "expand", "open-inside",
  "update-component", "upstream", "downstream", "copy", "cut", "paste", "paste-linked", "duplicate", "delete-reconnect",
] as const;

export function ListView(): JSX.Element {
  const document = useDocument();
  const canEdit = useShown((state) => state.canEdit);
  const order = useMemo(() => readingOrder(document), [document]);
  return (
    <div className="list-view scrolls" data-testid="list-view">
      {canEdit ? <ListAdd /> : null}
      <Chosen />
      <table className="s-table">
        <caption className="hidden">{_("Steps")}</caption>
        <thead>
          <tr><th scope="col"><span className="hidden">{_("Choose")}</span></th><th scope="col">{_("Step")}</th><th scope="col">{_("Inputs")}</th><th scope="col">{_("State")}</th><th scope="col">{_("Results")}</th><th scope="col"><span className="hidden">{_("Act")}</span></th></tr>
        </thead>
        <tbody>{order.map((node, index) => <ListRow key={node} node={node} place={index + 1} count={order.length} canEdit={canEdit} />)}</tbody>
      </table>
      {order.length === 0 ? <p className="quiet">{canEdit ? _("Nothing is drawn yet. Choose a dataset under “Add a step”; every step is a row here, with what feeds it.") : _("Nothing is drawn yet.")}</p> : null}
      <ListMarks />
    </div>
  );
}

/** What can be done with the chosen steps, with the same acts as on the canvas. */
function Chosen(): JSX.Element {
  const designer = useDesigner();
  const count = useShown((state) => state.nodes.length);
  useDocument();
  useShown((state) => state.nodes);
  const acts = FIRST.map(action).filter((each) => each.enabled(designer));
  return (
    <div className="list-acts" role="toolbar" aria-label={_("What to do with the selection")}>
      <span role="status" data-testid="list-chosen">{ngettext("%(count)s step chosen", "%(count)s steps chosen", count)}</span>
      {acts.map((each) => (
        <button key={each.id} type="button" className="s-button is-small" data-testid={`list-${each.id}`} title={keysOf(each).map(readable).join(", ")} onClick={() => each.perform(designer)}>
          {each.icon ? <Icon name={each.icon} size={13} /> : null} {each.label()}
        </button>
      ))}
      <Popover label={_("More for the selection")} icon="more" testId="list-more">
        {(close) => <div className="all-acts scrolls">{MORE.map(action).map((each) => <MenuItem key={each.id} action={each} onDone={close} />)}</div>}
      </Popover>
    </div>
  );
}
