/** Undo, clipboard, deleting, names: what changes the drawing and is known from every editor. */
import { type Action, always, canChange, canEdit, canEditNodes, canEditOne, canEditSeveral, hasNodes } from "@/actions/action";
import { addNote, group, groupsOfSelection, ungroup } from "@/designer/acts/marks";
import { connectSelection, disconnectSelection } from "@/designer/acts/wire";
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import { readFragment } from "@/graph/fragment";
import { _ } from "@/i18n";

export const EDIT: readonly Action[] = [
  { id: "undo", label: () => _("Undo"), group: "edit", keys: ["Ctrl+Z"], icon: "undo",
    enabled: (d) => canEdit(d) && d.state.history.past.length > 0, perform: (d) => d.undo() },
  { id: "redo", label: () => _("Redo"), group: "edit", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], icon: "redo",
    enabled: (d) => canEdit(d) && d.state.history.future.length > 0, perform: (d) => d.redo() },
  { id: "cut", label: () => _("Cut"), group: "edit", keys: ["Ctrl+X"], keysAreNative: true, enabled: canEditNodes,
    perform: (d) => { toClipboard(d.copy()); d.deleteSelection(); } },
  { id: "copy", label: () => _("Copy"), group: "edit", keys: ["Ctrl+C"], keysAreNative: true, enabled: hasNodes,
    perform: (d) => toClipboard(d.copy()) },
  { id: "paste", label: () => _("Paste"), group: "edit", keys: ["Ctrl+V"], keysAreNative: true, enabled: canEdit,
    perform: (d) => void fromClipboard(d, false) },
  { id: "paste-linked", label: () => _("Paste with incoming links"), group: "edit", keys: ["Ctrl+Shift+V"], enabled: canEdit,
    perform: (d) => void fromClipboard(d, true) },
  { id: "duplicate", label: () => _("Duplicate"), group: "edit", keys: ["Ctrl+D"], enabled: canEditNodes,
    perform: (d) => d.duplicate() },
  { id: "delete", label: () => _("Delete"), group: "edit", keys: ["Delete", "Backspace"], icon: "trash",
    enabled: canChange, perform: (d) => d.deleteSelection() },
  { id: "delete-reconnect", label: () => _("Delete and reconnect"), group: "edit",
    keys: ["Ctrl+Delete", "Ctrl+Backspace"], enabled: canEditNodes, perform: (d) => d.deleteSelection(true) },
  { id: "rename", label: () => _("Rename"), group: "edit", keys: ["F2"],
    enabled: (d) => canEditOne(d) || (canEdit(d) && d.state.marks.length === 1), perform: rename },
  { id: "select-all", label: () => _("Select all"), group: "edit", keys: ["Ctrl+A"], enabled: always,
    perform: (d) => d.selectAll() },
  { id: "add", label: () => _("Add a step"), group: "add", keys: ["N", "/"], icon: "plus", enabled: canEdit,
    perform: (d) => d.openDialog({ kind: "add", at: d.state.menu?.flow ?? null, from: null }) },
  { id: "insert", label: () => _("Insert a step into this link"), group: "add", keys: ["I"],
    enabled: (d) => canEdit(d) && d.state.edges.length === 1 && d.state.nodes.length === 0,
    perform: (d) => d.openDialog({ kind: "insert", edge: d.state.edges[0] ?? "" }) },
  { id: "note", label: () => _("Add a note"), group: "add", keys: ["Shift+S"], icon: "comment", enabled: canEdit,
    perform: (d) => addNote(d, d.state.menu && d.state.nodes.length === 0 ? d.state.menu.flow : null) },
  { id: "group", label: () => _("Group"), group: "add", keys: ["Ctrl+G"], icon: "group", enabled: canEditNodes, perform: group },
  { id: "ungroup", label: () => _("Ungroup"), group: "add", keys: ["Ctrl+Shift+G"],
    enabled: (d) => canEdit(d) && groupsOfSelection(d).length > 0, perform: ungroup },
  { id: "connect", label: () => _("Connect the chosen steps"), group: "link", keys: ["Ctrl+L"], icon: "link", enabled: (d) => canEditSeveral(d) && d.state.nodes.length > 1,
    perform: connectSelection },
  { id: "disconnect", label: () => _("Disconnect the chosen steps"), group: "link", keys: ["Ctrl+Shift+L"],
    enabled: (d) => canEdit(d) && d.state.nodes.length > 1, perform: disconnectSelection },
];

function rename(d: Designer): void {
  const [mark] = d.state.marks;
  const node = onlyNode(d.state);
  if (node) d.openDialog({ kind: "rename", node });
  else if (mark) d.openDialog(d.document.notes?.[mark] ? { kind: "note", note: mark } : { kind: "group", group: mark });
}

function toClipboard(text: string | null): void {
  if (text) void navigator.clipboard?.writeText(text).catch(() => undefined);
}

/** The clipboard where the browser lets us read it, else what was copied here. */
async function fromClipboard(d: Designer, withLinks: boolean): Promise<void> {
  const at = d.state.menu?.flow ?? null;
  const text = await (navigator.clipboard?.readText?.() ?? Promise.resolve("")).catch(() => "");
  const fragment = readFragment(text);
  if (!fragment && !d.canPaste) return d.tell(_("There is no copied step in the clipboard."), "error");
  d.paste(fragment, at, withLinks);
}
