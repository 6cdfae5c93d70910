/** Keys and clipboard events of the whole designer, led to the action table; fields and dialogs keep their own keys. */
import { useEffect } from "react";
import { isTyping, matches, readable } from "@/actions/keys";
import { keysOf } from "@/actions/bindings";
import { action, ACTIONS } from "@/actions/table";
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import { readFragment } from "@/graph/fragment";
import { _ } from "@/i18n";

export function useKeyboard(designer: Designer): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => press(designer, event);
    const onCopy = (event: ClipboardEvent): void => copy(designer, event, false);
    const onCut = (event: ClipboardEvent): void => copy(designer, event, true);
    const onPaste = (event: ClipboardEvent): void => pasteFrom(designer, event);
    document.addEventListener("keydown", onKey);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCut);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCut);
      document.removeEventListener("paste", onPaste);
    };
  }, [designer]);
}

export function press(designer: Designer, event: KeyboardEvent): void {
  if (leavesPane(designer, event)) return leavePane(designer, event);
  if (event.defaultPrevented || event.isComposing || isTyping(event.target) || designer.state.dialog) return;
  if (belongsToControl(event)) return;
  if (holdsEscape(designer, event)) return;
  const before = chord;
  chord = null;
  if (before && performs(designer, event, (keys) => strokesOf(keys)[0] === before.keys && matches(event, strokesOf(keys)[1] ?? ""))) return;
  const begun = ACTIONS.flatMap(keysOf).map(strokesOf).find(([first, second]) => second && matches(event, first ?? ""))?.[0];
  if (begun) {
    event.preventDefault();
    chord = { keys: begun, at: Date.now() };
    window.setTimeout(() => { if (chord && Date.now() - chord.at >= CHORD_MS) chord = null; }, CHORD_MS);
    return designer.announce(_("%(keys)s, and then?", { keys: readable(begun) }));
  }
  performs(designer, event, (keys) => matches(event, keys));
}

const CHORD_MS = 2_000;
const HOLD_MS = 900;

/** The first stroke of two, while the second is awaited. */
let chord: { readonly keys: string; readonly at: number } | null = null;
let escapeSince = 0;

const strokesOf = (keys: string): readonly string[] => keys.split(" ");

function performs(designer: Designer, event: KeyboardEvent, fits: (keys: string) => boolean): boolean {
  const found = ACTIONS.find((each) => !each.keysAreNative && keysOf(each).some(fits) && each.enabled(designer));
  if (!found) return false;
  event.preventDefault();
  found.perform(designer);
  return true;
}

/** Escape pressed once stops what is under way; held down it cancels the run. */
function holdsEscape(designer: Designer, event: KeyboardEvent): boolean {
  if (event.key !== "Escape") return false;
  if (!event.repeat) {
    escapeSince = event.timeStamp;
    return false;
  }
  const cancel = action("cancel-run");
  if (escapeSince && event.timeStamp - escapeSince > HOLD_MS && keysOf(cancel).includes("Hold Escape") && cancel.enabled(designer)) {
    escapeSince = 0;
    cancel.perform(designer);
  }
  return true;
}

/** Escape leads from the settings, also out of a field, back to the card they belong to. */
function leavesPane(designer: Designer, event: KeyboardEvent): boolean {
  return event.key === "Escape" && !event.defaultPrevented && !event.isComposing && !designer.state.dialog
    && designer.state.view === "canvas" && onlyNode(designer.state) !== null
    && event.target instanceof Element && event.target.closest(".pane") !== null;
}

function leavePane(designer: Designer, event: KeyboardEvent): void {
  event.preventDefault();
  designer.set({ sheet: null });
  designer.focus(onlyNode(designer.state) ?? "");
}

/** Enter, space and arrows on a button, link, tab or scrollable list do what they do everywhere. */
function belongsToControl(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  if (!/^(Enter| |Arrow\w+)$/.test(event.key)) return false;
  return event.target instanceof Element
    && event.target.closest("button, a[href], [role=tab], [role=tree], [tabindex='0'][role=table], .scrolls") !== null;
}

function copy(designer: Designer, event: ClipboardEvent, cut: boolean): void {
  if (isTyping(event.target) || designer.state.dialog || hasTextSelection() || (cut && !designer.state.canEdit)) return;
  const text = designer.copy();
  if (text === null) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  if (cut) designer.deleteSelection();
}

function pasteFrom(designer: Designer, event: ClipboardEvent): void {
  if (isTyping(event.target) || designer.state.dialog) return;
  const fragment = readFragment(event.clipboardData?.getData("text/plain") ?? "");
  if (!fragment) return;
  event.preventDefault();
  designer.paste(fragment);
}

const hasTextSelection = (): boolean => (window.getSelection()?.toString() ?? "") !== "";
