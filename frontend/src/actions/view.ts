/** What a person sees: the picture, the panes, search, help. Nothing here changes the drawing. */
import { type Action, always, hasNodes, hasOne, isCanvas } from "@/actions/action";
import { openPort, openTab, toggleMinimap, turn } from "@/designer/acts/look";
import { exportPicture } from "@/designer/acts/picture";
import type { Designer } from "@/designer/designer";
import { _ } from "@/i18n";

export const VIEW: readonly Action[] = [
  { id: "fit", label: () => _("Fit to screen"), group: "view", keys: ["1"], icon: "fit", enabled: isCanvas,
    perform: (d) => d.viewport?.fit() },
  { id: "fit-selection", label: () => _("Fit the selection"), group: "view", keys: ["2"], enabled: (d) => isCanvas(d) && hasNodes(d),
    perform: (d) => d.viewport?.fitTo(d.state.nodes) },
  { id: "actual-size", label: () => _("Zoom to 100 %"), group: "view", keys: ["0"], enabled: isCanvas,
    perform: (d) => d.viewport?.actualSize() },
  { id: "zoom-in", label: () => _("Zoom in"), group: "view", keys: ["+", "="], icon: "zoomIn", enabled: isCanvas,
    perform: (d) => d.viewport?.zoom(1.25) },
  { id: "zoom-out", label: () => _("Zoom out"), group: "view", keys: ["-"], icon: "zoomOut", enabled: isCanvas,
    perform: (d) => d.viewport?.zoom(0.8) },
  { id: "list", label: () => _("Switch between canvas and list"), group: "view", keys: ["V"], icon: "list", enabled: always,
    perform: (d) => d.set({ view: d.state.view === "canvas" ? "list" : "canvas" }) },
  { id: "minimap", label: () => _("Show or hide the overview"), group: "look", keys: ["M"], enabled: isCanvas, perform: toggleMinimap },
  { id: "focus", label: () => _("Focus mode: only the canvas"), group: "look", keys: ["F"], enabled: always,
    perform: (d) => turn(d, "focus", [false, true]) },
  { id: "link-style", label: () => _("Links: curved, square, hidden"), group: "look", keys: ["Shift+E"], enabled: isCanvas,
    perform: (d) => { turn(d, "links", ["curved", "square", "hidden"]); d.announce(linkWords(d)); } },
  { id: "hints", label: () => _("Show or hide what can be done next"), group: "look", keys: [], enabled: (d) => !d.state.isRunView,
    perform: (d) => turn(d, "hints", [true, false]) },
  { id: "fade", label: () => _("Fade what is unrelated to the card under the pointer"), group: "look", keys: [], enabled: isCanvas,
    perform: (d) => turn(d, "fade", [true, false]) },
  { id: "snap", label: () => _("Snap to grid and neighbours"), group: "look", keys: ["Shift+G"], enabled: isCanvas,
    perform: (d) => { turn(d, "snap", ["on", "off"]); d.announce(d.state.look.snap === "on" ? _("Snapping.") : _("Not snapping.")); } },
  { id: "wheel", label: () => _("Wheel: scrolls (trackpad) or zooms (mouse)"), group: "look", keys: [], enabled: isCanvas,
    perform: (d) => { turn(d, "wheel", ["trackpad", "mouse"]); d.announce(d.state.look.wheel === "mouse" ? _("The wheel zooms.") : _("The wheel scrolls.")); } },
  { id: "logs", label: () => _("Log of the step"), group: "look", keys: ["L"], enabled: hasOne, perform: (d) => openTab(d, "outputs") },
  { id: "help", label: () => _("About this component"), group: "look", keys: ["F1"], enabled: hasOne, perform: (d) => openTab(d, "info") },
  ...Array.from({ length: 9 }, (_each, index): Action => ({
    id: `port-${index + 1}`, label: () => _("Open result %(n)s", { n: index + 1 }), group: "look", keys: [`Shift+${index + 1}`],
    enabled: hasOne, perform: (d) => openPort(d, index),
  })),
  { id: "find", label: () => _("Find in the drawing"), group: "find", keys: ["Ctrl+F"], icon: "search", enabled: always,
    perform: (d) => { d.set({ find: d.state.find ?? "" }); focusFind(); } },
  { id: "commands", label: () => _("Find a command"), group: "find", keys: ["Ctrl+K", "Ctrl+Shift+P"], icon: "search",
    enabled: always, perform: (d) => d.openDialog({ kind: "commands" }) },
  { id: "shortcuts", label: () => _("Keyboard shortcuts"), group: "find", keys: ["?"], icon: "keyboard",
    enabled: always, perform: (d) => d.openDialog({ kind: "shortcuts" }) },
  { id: "clone", label: () => _("Clone"), group: "draft", keys: [], icon: "copy", enabled: always,
    perform: (d) => void d.clone() },
  { id: "parameters", label: () => _("Pipeline parameters"), group: "draft", keys: [], icon: "settings", enabled: always,
    perform: (d) => d.openDialog({ kind: "parameters" }) },
  { id: "revisions", label: () => _("History"), group: "draft", keys: [], icon: "history",
    enabled: (d) => !d.state.isRunView, perform: (d) => d.openDialog({ kind: "revisions" }) },
  { id: "export-svg", label: () => _("Export as SVG picture"), group: "draft", keys: [], enabled: hasSteps,
    perform: (d) => void exportPicture(d, "svg") },
  { id: "export-png", label: () => _("Export as PNG picture"), group: "draft", keys: [], enabled: hasSteps,
    perform: (d) => void exportPicture(d, "png") },
];

function hasSteps(d: Designer): boolean {
  return Object.keys(d.document.nodes).length > 0;
}

function linkWords(d: Designer): string {
  switch (d.state.look.links) {
    case "curved": return _("Links are curved.");
    case "square": return _("Links have corners.");
    case "hidden": return _("Links are hidden.");
  }
}

/** The field takes the keyboard by itself when it appears; when it is there already, it is asked. */
function focusFind(): void {
  const field = document.querySelector<HTMLInputElement>("[data-testid=find-text]");
  field?.focus();
  field?.select();
}
