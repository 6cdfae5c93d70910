/** Acts on notes and frames. */
import type { Group, Note, Position } from "@/api/types";
import type { Designer } from "@/designer/designer";
import { freshId } from "@/graph/fragment";
import * as marks from "@/graph/marks";
import { CARD_WIDTH } from "@/graph/size";
import { _ } from "@/i18n";

/** About the chosen step, beside it, or free where the pointer or the middle of the picture is. */
export function addNote(designer: Designer, at: Position | null = null): void {
  if (!designer.state.canEdit) return;
  const id = freshId(marks.takenIds(designer.document), "note");
  const node = designer.state.nodes.length === 1 ? designer.state.nodes[0] : undefined;
  const beside = node ? designer.document.layout[node] : undefined;
  const centre = designer.viewport?.centre() ?? { x: 0, y: 0 };
  const place = at ?? (beside ? { x: beside.x + CARD_WIDTH + 32, y: beside.y } : { x: centre.x - 120, y: centre.y - 68 });
  designer.change(marks.addNote(designer.document, id, node ? { node } : {}, place), _("Add note"));
  designer.select([], [], [id]);
  designer.openDialog({ kind: "note", note: id });
  designer.announce(_("Note added."));
}

export function writeNote(designer: Designer, id: string, change: Partial<Note>): void {
  designer.change(marks.changeNote(designer.document, id, change), _("Write note"), `note ${id}`);
}

export function group(designer: Designer): void {
  const { nodes } = designer.state;
  if (!designer.state.canEdit || nodes.length === 0) return;
  const id = freshId(marks.takenIds(designer.document), "group");
  designer.change(marks.addGroup(designer.document, id, nodes, _("Group")), _("Group"));
  designer.select([], [], [id]);
  designer.openDialog({ kind: "group", group: id });
  designer.announce(_("Group made."));
}

/** The chosen frames, and those around the chosen steps, go; what was in them stays. */
export function ungroup(designer: Designer): void {
  const { document } = designer;
  const ids = groupsOfSelection(designer);
  const members = ids.flatMap((id) => document.groups?.[id]?.nodes ?? []);
  designer.change(marks.deleteMarks(document, ids), _("Ungroup"));
  designer.select(members, [], []);
  designer.announce(_("Group dissolved."));
}

export function groupsOfSelection(designer: Designer): readonly string[] {
  const groups = designer.document.groups ?? {};
  const { marks: chosen, nodes } = designer.state;
  return Object.keys(groups).filter((id) => chosen.includes(id) || groups[id]?.nodes?.some((node) => nodes.includes(node)));
}

export function describeGroup(designer: Designer, id: string, change: Partial<Group>): void {
  designer.change(marks.changeGroup(designer.document, id, change), _("Name group"), `group ${id}`);
}

export function fitGroup(designer: Designer, id: string): void {
  designer.change(marks.fitGroup(designer.document, id), _("Fit group"));
}

export function resize(designer: Designer, id: string, rect: marks.Rect): void {
  designer.change(marks.resize(designer.document, id, rect), _("Resize"));
}
