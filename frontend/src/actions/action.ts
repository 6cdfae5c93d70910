/** What an action is, and when the usual ones are possible. */
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import type { IconName } from "@/ui/Icon";

export type Group = "edit" | "add" | "arrange" | "step" | "view" | "look" | "find" | "run" | "move" | "link" | "draft";

export interface Action {
  readonly id: string;
  readonly label: () => string;
  readonly group: Group;
  /** What it has from the start; a person may give it others. `Alt+A L` is one key after the other. */
  readonly keys: readonly string[];
  readonly icon?: IconName;
  /** The browser's own copy, cut and paste events do it; the keys are only shown. */
  readonly keysAreNative?: boolean;
  /** Ends or steers something that is under way, so it may share its keys. */
  readonly whileLinking?: boolean;
  readonly enabled: (designer: Designer) => boolean;
  readonly perform: (designer: Designer) => void;
}

export const always = (): boolean => true;
export const canEdit = (d: Designer): boolean => d.state.canEdit;
export const hasNodes = (d: Designer): boolean => d.state.nodes.length > 0;
export const hasSeveral = (d: Designer): boolean => d.state.nodes.length > 1;
export const hasAny = (d: Designer): boolean => hasNodes(d) || d.state.edges.length > 0 || d.state.marks.length > 0;
export const canChange = (d: Designer): boolean => canEdit(d) && hasAny(d);
export const canEditNodes = (d: Designer): boolean => canEdit(d) && hasNodes(d);
export const canEditSeveral = (d: Designer): boolean => canEdit(d) && d.state.nodes.length + d.state.marks.length > 1;
export const hasOne = (d: Designer): boolean => onlyNode(d.state) !== null;
export const canEditOne = (d: Designer): boolean => canEdit(d) && hasOne(d);
export const isCanvas = (d: Designer): boolean => d.state.view === "canvas";
export const isLinking = (d: Designer): boolean => d.state.linkedByKeyboard;
