/** Key combinations as text (`Ctrl+Shift+Z`; `Alt+A L` is one after the other): matching an event, reading one, writing one. */

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `Ctrl` also stands for the command key of a Mac. */
export function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+").filter(Boolean);
  const key = keys === "+" || keys.endsWith("++") ? "+" : (parts.pop() ?? "");
  const wants = (name: string): boolean => parts.includes(name);
  if (wants("Ctrl") !== (event.ctrlKey || event.metaKey) || wants("Alt") !== event.altKey) return false;
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!isSign && wants("Shift") !== event.shiftKey) return false;
  // Shift and Alt make other signs of digits and letters; the key itself is what is meant.
  if ((event.shiftKey && /^\d$/.test(key)) || (event.altKey && /^[a-z0-9]$/i.test(key))) {
    return event.code ? event.code === (/\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`) : event.key.toLowerCase() === key.toLowerCase();
  }
  return event.key.toLowerCase() === (key === "Space" ? " " : key.toLowerCase());
}

/** What was pressed, as text for a binding; empty for a modifier alone. */
export function written(event: KeyboardEvent): string {
  if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return "";
  const code = /^(?:Digit|Key)(.)$/.exec(event.code)?.[1];
  const isSign = event.key.length === 1 && !/[a-z0-9]/i.test(event.key);
  const key = event.key === " " ? "Space" : code && (event.altKey || event.shiftKey || !isSign) && /^[a-z0-9]$/i.test(code) && (!isSign || event.altKey || /\d/.test(code))
    ? code : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const plainSign = key.length === 1 && !/[A-Z0-9]/.test(key);
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && !plainSign ? "Shift" : "", key].filter(Boolean).join("+");
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Delete: "Del", Escape: "Esc",
};
const WORDS = /^(Ctrl|Shift|Alt|Enter|Backspace|Home|Space|F\d+)$/;

export function readable(keys: string): string {
  return keys.split(" ").map((stroke) => (stroke === "+" ? stroke : stroke.split("+").map((part) =>
    (isMac && part === "Ctrl" ? "⌘" : (SIGNS[part] ?? (WORDS.test(part) || part === "Hold" ? part : part.toUpperCase())))).join("+"))).join(" ");
}

/** Keys belong to the field, the dialog or the menu in which they are pressed. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element
    && target.closest("input, textarea, select, dialog, [contenteditable=true], .cm-editor, [role=menu], [role=listbox]") !== null;
}
