/** Where things are, and what steps do in the next run. */
import { type Action, canEdit, canEditNodes, canEditOne, canEditSeveral } from "@/actions/action";
import { alignSelection, collapseSelection, distributeSelection, tidy } from "@/designer/acts/arrange";
import { invalidate, toggle, togglePin } from "@/designer/acts/modes";
import { onlyNode } from "@/designer/state";
import type { Line } from "@/graph/align";
import { _ } from "@/i18n";

export const ARRANGE: readonly Action[] = [
  { id: "arrange", label: () => _("Arrange"), group: "arrange", keys: ["Shift+L"], icon: "layout",
    enabled: (d) => canEdit(d) && Object.keys(d.document.nodes).length > 1, perform: tidy },
  lineUp("left", "L", () => _("Align left edges"), "alignLeft"), lineUp("right", "R", () => _("Align right edges"), "alignRight"),
  lineUp("top", "T", () => _("Align top edges"), "alignTop"), lineUp("bottom", "B", () => _("Align bottom edges"), "alignBottom"),
  lineUp("centre", "C", () => _("Align in a column"), "alignCentre"), lineUp("middle", "M", () => _("Align in a row"), "alignMiddle"),
  { id: "distribute-across", label: () => _("Distribute across"), group: "arrange", keys: ["Alt+A H"], icon: "spreadAcross",
    enabled: canDistribute, perform: (d) => distributeSelection(d, "across") },
  { id: "distribute-down", label: () => _("Distribute down"), group: "arrange", keys: ["Alt+A V"], icon: "spreadDown",
    enabled: canDistribute, perform: (d) => distributeSelection(d, "down") },
  { id: "collapse-card", label: () => _("Collapse or expand the card"), group: "arrange", keys: ["Alt+C"], enabled: canEditNodes,
    perform: collapseSelection },
  { id: "disable", label: () => _("Disable or enable"), group: "step", keys: ["D"], icon: "skip", enabled: canEditNodes,
    perform: (d) => toggle(d, "disabled") },
  { id: "bypass", label: () => _("Bypass or take part again"), group: "step", keys: ["B"], icon: "bypass", enabled: canEditNodes,
    perform: (d) => toggle(d, "bypassed") },
  { id: "pin", label: () => _("Pin or unpin the results"), group: "step", keys: ["P"], icon: "pin", enabled: canEditOne, perform: togglePin },
  { id: "invalidate", label: () => _("Run anew next time, or reuse again"), group: "step", keys: ["F8"], icon: "reuse", enabled: canEditNodes,
    perform: invalidate },
  { id: "replace", label: () => _("Replace by another component"), group: "step", keys: ["R"], icon: "swap", enabled: canEditOne,
    perform: (d) => d.openDialog({ kind: "replace", node: onlyNode(d.state) ?? "" }) },
  { id: "submit", label: () => _("Submit"), group: "run", keys: ["Ctrl+Enter"], icon: "play",
    enabled: canEdit, perform: (d) => d.openDialog({ kind: "submit" }) },
  { id: "run-to", label: () => _("Run to here"), group: "run", keys: ["Shift+Enter"], icon: "play", enabled: canEditNodes,
    perform: (d) => d.openDialog({ kind: "submit", scope: "to", nodes: d.state.nodes }) },
  { id: "run-from", label: () => _("Run from here"), group: "run", keys: [], enabled: canEditNodes,
    perform: (d) => d.openDialog({ kind: "submit", scope: "from", nodes: d.state.nodes }) },
  { id: "run-only", label: () => _("Run only this"), group: "run", keys: [], enabled: canEditNodes,
    perform: (d) => d.openDialog({ kind: "submit", scope: "only", nodes: d.state.nodes }) },
  { id: "run-changed", label: () => _("Run what changed"), group: "run", keys: [], enabled: canEdit,
    perform: (d) => d.openDialog({ kind: "submit", scope: "changed", nodes: [] }) },
  { id: "cancel-run", label: () => _("Cancel the run"), group: "run", keys: ["Hold Escape"], icon: "stop",
    enabled: (d) => d.state.run?.can_cancel === true, perform: (d) => void d.cancelRun() },
];

function canDistribute(d: Parameters<Action["enabled"]>[0]): boolean {
  return canEdit(d) && d.state.nodes.length + d.state.marks.length > 2;
}

function lineUp(line: Line, key: string, label: () => string, icon: NonNullable<Action["icon"]>): Action {
  return { id: `align-${line}`, label, group: "arrange", keys: [`Alt+A ${key}`], icon, enabled: canEditSeveral, perform: (d) => alignSelection(d, line) };
}
