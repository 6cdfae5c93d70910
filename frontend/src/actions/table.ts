/** Everything a person can do, once: toolbar, menus, keyboard, command palette and shortcut sheet read this table. */
import type { Action, Group } from "@/actions/action";
import { ARRANGE } from "@/actions/arrange";
import { EDIT } from "@/actions/edit";
import { MOVE } from "@/actions/move";
import { NEST } from "@/actions/nest";
import { PUBLISH } from "@/actions/publish";
import { VIEW } from "@/actions/view";
import { _, pgettext } from "@/i18n";

export type { Action } from "@/actions/action";

export const ACTIONS: readonly Action[] = [...EDIT, ...ARRANGE, ...NEST, ...PUBLISH, ...VIEW, ...MOVE];

export const GROUPS: readonly Group[] = ["edit", "add", "arrange", "step", "run", "view", "look", "find", "link", "move", "draft"];

export const action = (id: string): Action => {
  const found = ACTIONS.find((each) => each.id === id);
  if (!found) throw new Error(`no action ${id}`);
  return found;
};

export function groupName(group: Group): string {
  switch (group) {
    case "edit": return _("Edit");
    case "add": return _("Add");
    case "arrange": return _("Arrange");
    case "step": return _("Step");
    case "view": return _("View");
    case "look": return pgettext("act", "Look");
    case "find": return _("Find");
    case "run": return pgettext("act", "Run");
    case "move": return _("Move around");
    case "link": return _("Links");
    case "draft": return _("Pipeline");
  }
}
