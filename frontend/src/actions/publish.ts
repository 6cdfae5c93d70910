/** From a drawing to what programs and schedules call. */
import { type Action, canEdit } from "@/actions/action";
import { _ } from "@/i18n";

export const PUBLISH: readonly Action[] = [
  { id: "publish", label: () => _("Publish…"), group: "run", keys: ["Ctrl+Alt+P"], enabled: (d) => canEdit(d) && d.state.insideOf === null,
    perform: (d) => d.openDialog({ kind: "publish" }) },
];
