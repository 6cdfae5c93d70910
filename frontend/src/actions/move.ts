/** Going from step to step, moving steps, and drawing links, all by keyboard. */
import { type Action, always, canEdit, hasNodes, hasOne, isCanvas, isLinking } from "@/actions/action";
import { nudge } from "@/designer/acts/arrange";
import { chooseStream } from "@/designer/acts/look";
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import { type Direction, neighbour, readingOrder } from "@/graph/place";
import { GRID } from "@/graph/size";
import { _ } from "@/i18n";

const PAN_PIXELS = 80;
const canNudge = (d: Designer): boolean => isCanvas(d) && canEdit(d) && (hasNodes(d) || d.state.marks.length > 0);

export const MOVE: readonly Action[] = [
  { id: "link", label: () => _("Start a link at this step (again: next port)"), group: "link", keys: ["C"],
    enabled: (d) => canEdit(d) && (hasOne(d) || isLinking(d)),
    perform: (d) => d.startLink(d.state.linking?.node ?? onlyNode(d.state) ?? "") },
  { id: "link-next", label: () => _("Next port for the link"), group: "link", keys: ["ArrowDown", "ArrowRight"], whileLinking: true,
    enabled: isLinking, perform: (d) => d.pointNext(1) },
  { id: "link-previous", label: () => _("Previous port for the link"), group: "link", keys: ["ArrowUp", "ArrowLeft"], whileLinking: true,
    enabled: isLinking, perform: (d) => d.pointNext(-1) },
  { id: "link-end", label: () => _("Connect"), group: "link", keys: ["Enter"], whileLinking: true, enabled: isLinking,
    perform: (d) => d.finishLink() },
  { id: "stop", label: () => _("Stop, or clear the selection"), group: "link", keys: ["Escape"], enabled: always, perform: stop },
  { id: "open", label: () => _("Open the step's settings"), group: "move", keys: ["Enter"],
    enabled: (d) => hasOne(d) || d.state.marks.length === 1, perform: open },
  { id: "first", label: () => _("Go to the first step"), group: "move", keys: ["Home"], enabled: always,
    perform: (d) => d.focus(readingOrder(d.document)[0] ?? "") },
  { id: "upstream", label: () => _("Choose all that comes before"), group: "move", keys: ["Shift+ArrowLeft"], enabled: hasNodes,
    perform: (d) => chooseStream(d, "up") },
  { id: "downstream", label: () => _("Choose all that comes after"), group: "move", keys: ["Shift+ArrowRight"], enabled: hasNodes,
    perform: (d) => chooseStream(d, "down") },
  go("up", "ArrowUp"), go("down", "ArrowDown"), go("left", "ArrowLeft"), go("right", "ArrowRight"),
  ...(["Up", "Down", "Left", "Right"] as const).flatMap((side) => {
    const [x, y] = { Up: [0, -1], Down: [0, 1], Left: [-1, 0], Right: [1, 0] }[side] as [number, number];
    const direction = side.toLowerCase() as Direction;
    return [push(direction, `Ctrl+Arrow${side}`, x * 2 * GRID, y * 2 * GRID), push(direction, `Alt+Arrow${side}`, x, y, true)];
  }),
];

export function directionName(direction: Direction): string {
  switch (direction) {
    case "up": return _("up");
    case "down": return _("down");
    case "left": return _("left");
    case "right": return _("right");
  }
}

/** To the neighbour; with nothing chosen the picture moves, and in the list up and down walk the rows. */
function go(direction: Direction, key: string): Action {
  return {
    id: `go-${direction}`, group: "move", keys: [key], enabled: always,
    label: () => _("Go to the step %(direction)s", { direction: directionName(direction) }),
    perform: (d) => {
      const from = d.state.nodes.at(-1);
      if (!isCanvas(d)) return walkRows(d, direction === "up" || direction === "left" ? -1 : 1);
      if (from === undefined) return d.viewport?.pan(...steps(direction));
      const to = neighbour(d.document, from, direction);
      if (to) d.focus(to);
    },
  };
}

function steps(direction: Direction): [number, number] {
  switch (direction) {
    case "up": return [0, PAN_PIXELS];
    case "down": return [0, -PAN_PIXELS];
    case "left": return [PAN_PIXELS, 0];
    case "right": return [-PAN_PIXELS, 0];
  }
}

function walkRows(d: Designer, step: number): void {
  const order = readingOrder(d.document);
  const at = order.indexOf(d.state.nodes.at(-1) ?? "");
  const to = order[at < 0 ? 0 : Math.max(0, Math.min(order.length - 1, at + step))];
  if (to) d.focus(to);
}

function push(direction: Direction, key: string, x: number, y: number, fine = false): Action {
  const values = (): { direction: string } => ({ direction: directionName(direction) });
  return {
    id: `${fine ? "nudge" : "move"}-${direction}`, group: "move", keys: [key], enabled: canNudge,
    label: () => (fine ? _("Move by one pixel %(direction)s", values()) : _("Move the step %(direction)s", values())),
    perform: (d) => nudge(d, x, y),
  };
}

function stop(d: Designer): void {
  if (d.state.linking) d.endLink();
  else if (d.state.find !== null) d.set({ find: null });
  else if (d.state.drawer) d.set({ drawer: null });
  else if (d.state.sheet) d.set({ sheet: null });
  else d.select([], []);
}

function open(d: Designer): void {
  const [mark] = d.state.marks;
  if (mark && d.state.nodes.length === 0) {
    return d.openDialog(d.document.notes?.[mark] ? { kind: "note", note: mark } : { kind: "group", group: mark });
  }
  d.set({ sheet: "pane" });
  window.requestAnimationFrame(() => {
    const fields = document.querySelectorAll<HTMLElement>(".pane-body :is(input, select, textarea, button, .cm-content)");
    const first = [...fields].find((field) => !field.hasAttribute("disabled"));
    (first ?? document.querySelector<HTMLElement>(".pane [role=tab][tabindex='0']"))?.focus();
  });
}
