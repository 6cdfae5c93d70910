/** Everything a person can do, once: toolbar, context menu, keyboard, command palette and shortcut sheet read this table. */
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import { chosenPipeline, expandInPlace, isOutdated, leaveInside, openInside, saveInside } from "@/designer/subgraphs";
import { componentOf } from "@/graph/catalogue";
import type { Direction } from "@/graph/place";
import { neighbour, readingOrder } from "@/graph/place";
import { GRID } from "@/graph/size";
import type { IconName } from "@/ui/Icon";
import { _ } from "@/i18n";

export interface Action {
  readonly id: string;
  readonly label: () => string;
  readonly group: "edit" | "add" | "view" | "run" | "move" | "link" | "draft";
  readonly keys: readonly string[];
  readonly icon?: IconName;
  /** The browser's own copy, cut and paste events do it; the keys are only shown. */
  readonly keysAreNative?: boolean;
  /** Also while a button or link has the focus, where Enter and arrows belong to it otherwise. */
  readonly enabled: (designer: Designer) => boolean;
  readonly perform: (designer: Designer) => void;
}

const always = (): boolean => true;
const canEdit = (d: Designer): boolean => d.state.canEdit;
const hasNodes = (d: Designer): boolean => d.state.nodes.length > 0;
const canChange = (d: Designer): boolean => canEdit(d) && (hasNodes(d) || d.state.edges.length > 0);
const canEditNodes = (d: Designer): boolean => canEdit(d) && hasNodes(d);
const hasOne = (d: Designer): boolean => onlyNode(d.state) !== null;
const isCanvas = (d: Designer): boolean => d.state.view === "canvas";
const isChosenOutdated = (d: Designer): boolean =>
  canEdit(d) && hasOne(d) && isOutdated(componentOf(d.catalogue, d.document.nodes[onlyNode(d.state) ?? ""]));
const isLinking = (d: Designer): boolean => d.state.linkedByKeyboard;

export const ACTIONS: readonly Action[] = [
  { id: "undo", label: () => _("Undo"), group: "edit", keys: ["Ctrl+Z"], icon: "undo",
    enabled: (d) => canEdit(d) && d.state.history.past.length > 0, perform: (d) => d.undo() },
  { id: "redo", label: () => _("Redo"), group: "edit", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], icon: "redo",
    enabled: (d) => canEdit(d) && d.state.history.future.length > 0, perform: (d) => d.redo() },
  { id: "cut", label: () => _("Cut"), group: "edit", keys: ["Ctrl+X"], keysAreNative: true, enabled: canEditNodes,
    perform: (d) => { toClipboard(d.copy()); d.deleteSelection(); } },
  { id: "copy", label: () => _("Copy"), group: "edit", keys: ["Ctrl+C"], keysAreNative: true, enabled: hasNodes,
    perform: (d) => toClipboard(d.copy()) },
  { id: "paste", label: () => _("Paste"), group: "edit", keys: ["Ctrl+V"], keysAreNative: true,
    enabled: (d) => canEdit(d) && d.canPaste, perform: (d) => d.paste(null, d.state.menu?.flow ?? null) },
  { id: "duplicate", label: () => _("Duplicate"), group: "edit", keys: ["Ctrl+D"], enabled: canEditNodes,
    perform: (d) => d.duplicate() },
  { id: "delete", label: () => _("Delete"), group: "edit", keys: ["Delete", "Backspace"], icon: "trash",
    enabled: canChange, perform: (d) => d.deleteSelection() },
  { id: "delete-reconnect", label: () => _("Delete and reconnect"), group: "edit",
    keys: ["Ctrl+Delete", "Ctrl+Backspace"], enabled: canEditNodes, perform: (d) => d.deleteSelection(true) },
  { id: "rename", label: () => _("Rename"), group: "edit", keys: ["F2"],
    enabled: (d) => canEdit(d) && hasOne(d),
    perform: (d) => d.openDialog({ kind: "rename", node: onlyNode(d.state) ?? "" }) },
  { id: "select-all", label: () => _("Select all"), group: "edit", keys: ["Ctrl+A"], enabled: always,
    perform: (d) => d.selectAll() },
  { id: "add", label: () => _("Add a step"), group: "add", keys: ["N", "/"], icon: "plus", enabled: canEdit,
    perform: (d) => d.openDialog({ kind: "add", at: d.state.menu?.flow ?? null, from: null }) },
  { id: "collapse", label: () => _("Collapse into a component"), group: "edit", keys: ["Ctrl+J"], enabled: canEditNodes,
    perform: (d) => d.openDialog({ kind: "collapse" }) },
  { id: "expand", label: () => _("Expand the component in place"), group: "edit", keys: ["Ctrl+Shift+J"],
    enabled: (d) => canEdit(d) && chosenPipeline(d) !== null, perform: (d) => void expandInPlace(d) },
  { id: "open-inside", label: () => _("Look inside the component"), group: "view", keys: ["Ctrl+Alt+Enter"],
    enabled: (d) => chosenPipeline(d) !== null, perform: (d) => void openInside(d) },
  { id: "leave-inside", label: () => _("Back to the pipeline around it"), group: "view", keys: ["Alt+ArrowLeft"],
    enabled: (d) => d.state.insideOf !== null, perform: leaveInside },
  { id: "save-inside", label: () => _("Save as the component's next version"), group: "draft", keys: [],
    enabled: (d) => canEdit(d) && d.state.insideOf !== null, perform: (d) => void saveInside(d) },
  { id: "update-component", label: () => _("Update the component"), group: "edit", keys: [], enabled: isChosenOutdated,
    perform: (d) => d.openDialog({ kind: "update", node: onlyNode(d.state) ?? "" }) },
  { id: "fit", label: () => _("Fit to screen"), group: "view", keys: ["1"], icon: "fit", enabled: isCanvas,
    perform: (d) => d.viewport?.fit() },
  { id: "actual-size", label: () => _("Zoom to 100 %"), group: "view", keys: ["0"], enabled: isCanvas,
    perform: (d) => d.viewport?.actualSize() },
  { id: "zoom-in", label: () => _("Zoom in"), group: "view", keys: ["+", "="], icon: "zoomIn", enabled: isCanvas,
    perform: (d) => d.viewport?.zoom(1.25) },
  { id: "zoom-out", label: () => _("Zoom out"), group: "view", keys: ["-"], icon: "zoomOut", enabled: isCanvas,
    perform: (d) => d.viewport?.zoom(0.8) },
  { id: "arrange", label: () => _("Arrange"), group: "view", keys: ["Shift+L"], icon: "layout",
    enabled: (d) => canEdit(d) && Object.keys(d.document.nodes).length > 1, perform: (d) => d.layOut() },
  { id: "list", label: () => _("Switch between canvas and list"), group: "view", keys: ["V"], icon: "list", enabled: always,
    perform: (d) => d.set({ view: d.state.view === "canvas" ? "list" : "canvas" }) },
  { id: "submit", label: () => _("Submit"), group: "run", keys: ["Ctrl+Enter"], icon: "play",
    enabled: canEdit, perform: (d) => d.openDialog({ kind: "submit" }) },
  { id: "cancel-run", label: () => _("Cancel the run"), group: "run", keys: [], icon: "stop",
    enabled: (d) => d.state.run?.can_cancel === true, perform: (d) => void d.cancelRun() },
  { id: "clone", label: () => _("Clone"), group: "draft", keys: [], icon: "copy", enabled: always,
    perform: (d) => void d.clone() },
  { id: "revisions", label: () => _("Revisions"), group: "draft", keys: [], icon: "history",
    enabled: (d) => !d.state.isRunView, perform: (d) => d.openDialog({ kind: "revisions" }) },
  { id: "commands", label: () => _("Find a command"), group: "draft", keys: ["Ctrl+K", "Ctrl+Shift+P"], icon: "search",
    enabled: always, perform: (d) => d.openDialog({ kind: "commands" }) },
  { id: "shortcuts", label: () => _("Keyboard shortcuts"), group: "draft", keys: ["?"], icon: "keyboard",
    enabled: always, perform: (d) => d.openDialog({ kind: "shortcuts" }) },
  { id: "link", label: () => _("Start a link at this step (again: next port)"), group: "link", keys: ["C"],
    enabled: (d) => canEdit(d) && (hasOne(d) || isLinking(d)),
    perform: (d) => d.startLink(d.state.linking?.node ?? onlyNode(d.state) ?? "") },
  { id: "link-next", label: () => _("Next port for the link"), group: "link", keys: ["ArrowDown", "ArrowRight"],
    enabled: isLinking, perform: (d) => d.pointNext(1) },
  { id: "link-previous", label: () => _("Previous port for the link"), group: "link", keys: ["ArrowUp", "ArrowLeft"],
    enabled: isLinking, perform: (d) => d.pointNext(-1) },
  { id: "link-end", label: () => _("Connect"), group: "link", keys: ["Enter"], enabled: isLinking,
    perform: (d) => d.finishLink() },
  { id: "stop", label: () => _("Stop, or clear the selection"), group: "link", keys: ["Escape"], enabled: always, perform: stop },
  { id: "open", label: () => _("Open the step's settings"), group: "move", keys: ["Enter"], enabled: hasOne, perform: openPane },
  go("up", "ArrowUp"), go("down", "ArrowDown"), go("left", "ArrowLeft"), go("right", "ArrowRight"),
  push("up", "Ctrl+ArrowUp", 0, -1), push("down", "Ctrl+ArrowDown", 0, 1),
  push("left", "Ctrl+ArrowLeft", -1, 0), push("right", "Ctrl+ArrowRight", 1, 0),
];

export const action = (id: string): Action => {
  const found = ACTIONS.find((each) => each.id === id);
  if (!found) throw new Error(`no action ${id}`);
  return found;
};

function directionName(direction: Direction): string {
  switch (direction) {
    case "up": return _("up");
    case "down": return _("down");
    case "left": return _("left");
    case "right": return _("right");
  }
}

function go(direction: Direction, key: string): Action {
  return {
    id: `go-${direction}`, group: "move", keys: [key], enabled: isCanvas,
    label: () => _("Go to the step %(direction)s", { direction: directionName(direction) }),
    perform: (d) => {
      const from = d.state.nodes.at(-1);
      const to = from === undefined ? readingOrder(d.document)[0] : neighbour(d.document, from, direction);
      if (to) d.focus(to);
    },
  };
}

function push(direction: Direction, key: string, x: number, y: number): Action {
  return {
    id: `move-${direction}`, group: "move", keys: [key], enabled: (d) => isCanvas(d) && canEditNodes(d),
    label: () => _("Move the step %(direction)s", { direction: directionName(direction) }),
    perform: (d) => d.moveSelection(x * 2 * GRID, y * 2 * GRID),
  };
}

function stop(d: Designer): void {
  if (d.state.linking) d.endLink();
  else if (d.state.drawer) d.set({ drawer: null });
  else if (d.state.sheet) d.set({ sheet: null });
  else d.select([], []);
}

function openPane(d: Designer): void {
  d.set({ sheet: "pane" });
  window.requestAnimationFrame(() => {
    const fields = document.querySelectorAll<HTMLElement>(".pane-body :is(input, select, textarea, button, .cm-content)");
    const first = [...fields].find((field) => !field.hasAttribute("disabled"));
    (first ?? document.querySelector<HTMLElement>(".pane [role=tab][tabindex='0']"))?.focus();
  });
}

function toClipboard(text: string | null): void {
  if (text) void navigator.clipboard?.writeText(text).catch(() => undefined);
}
