/** Pipeline components: collapse, look inside, go back, expand, update. */
import { exportAs } from "@/designer/exporting";
import { type Action, canEdit, canEditNodes, hasOne } from "@/actions/action";
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import { chosenPipeline, expandInPlace, isOutdated, leaveInside, openInside, saveInside } from "@/designer/subgraphs";
import { componentOf } from "@/graph/catalogue";
import { _ } from "@/i18n";

const isChosenOutdated = (d: Designer): boolean =>
  canEdit(d) && hasOne(d) && isOutdated(componentOf(d.catalogue, d.document.nodes[onlyNode(d.state) ?? ""]));

export const NEST: readonly Action[] = [
  { id: "collapse", label: () => _("Collapse into a component"), group: "step", keys: ["Ctrl+J"], enabled: canEditNodes,
    perform: (d) => d.openDialog({ kind: "collapse" }) },
  { id: "expand", label: () => _("Expand the component in place"), group: "step", keys: ["Ctrl+Shift+J"],
    enabled: (d) => canEdit(d) && chosenPipeline(d) !== null, perform: (d) => void expandInPlace(d) },
  { id: "open-inside", label: () => _("Look inside the component"), group: "view", keys: ["Ctrl+Alt+Enter"],
    enabled: (d) => chosenPipeline(d) !== null, perform: (d) => void openInside(d) },
  { id: "leave-inside", label: () => _("Back to the pipeline around it"), group: "view", keys: ["Alt+ArrowLeft"],
    enabled: (d) => d.state.insideOf !== null && d.state.nodes.length === 0, perform: leaveInside },
  { id: "export-yaml", label: () => _("Export as YAML"), group: "draft", keys: [], enabled: (d) => !d.state.isRunView,
    perform: (d) => void exportAs(d, "yaml") },
  { id: "export-python", label: () => _("Export as a Python project"), group: "draft", keys: [],
    enabled: (d) => !d.state.isRunView, perform: (d) => void exportAs(d, "python") },
  { id: "save-inside", label: () => _("Save as the component's next version"), group: "draft", keys: [],
    enabled: (d) => canEdit(d) && d.state.insideOf !== null, perform: (d) => void saveInside(d) },
  { id: "update-component", label: () => _("Update the component"), group: "step", keys: [], enabled: isChosenOutdated,
    perform: (d) => d.openDialog({ kind: "update", node: onlyNode(d.state) ?? "" }) },
];
