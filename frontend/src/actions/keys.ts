/** Key combinations as text (`Ctrl+Shift+Z`): matching an event, and how a person reads them on this machine. */

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `Ctrl` also stands for the command key of a Mac. */
export function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+").filter(Boolean);
  const key = keys === "+" || keys.endsWith("++") ? "+" : (parts.pop() ?? "");
  const wants = (name: string): boolean => parts.includes(name);
  if (wants("Ctrl") !== (event.ctrlKey || event.metaKey) || wants("Alt") !== event.altKey) return false;
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!isSign && wants("Shift") !== event.shiftKey) return false;
  return event.key.toLowerCase() === (key === "Space" ? " " : key.toLowerCase());
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Delete: "Del", Escape: "Esc",
};

export function readable(keys: string): string {
  return keys.split("+").map((part) => (isMac && part === "Ctrl" ? "⌘" : (SIGNS[part] ?? part.toUpperCase().replace(/^(CTRL|SHIFT|ALT|ENTER|BACKSPACE)$/, (word) => word[0] + word.slice(1).toLowerCase())))).join("+");
}

/** Keys belong to the field, the dialog or the menu in which they are pressed. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element
    && target.closest("input, textarea, select, dialog, [contenteditable=true], .cm-editor, [role=menu], [role=listbox]") !== null;
}
