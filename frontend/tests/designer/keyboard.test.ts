import { beforeEach, describe, expect, it } from "vitest";
import { isTyping, matches } from "@/actions/keys";
import { ACTIONS } from "@/actions/table";

const key = (name: string, more: KeyboardEventInit = {}): KeyboardEvent => new KeyboardEvent("keydown", { key: name, ...more });

beforeEach(() => {
  document.body.innerHTML = "";
});

describe("keys", () => {
  it("match with their modifiers only", () => {
    expect(matches(key("z", { ctrlKey: true }), "Ctrl+Z")).toBe(true);
    expect(matches(key("Z", { ctrlKey: true, shiftKey: true }), "Ctrl+Z")).toBe(false);
    expect(matches(key("Z", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+Z")).toBe(true);
    expect(matches(key("z", { metaKey: true }), "Ctrl+Z")).toBe(true);
    expect(matches(key("1", { ctrlKey: true }), "1")).toBe(false);
  });

  it("signs match whatever the keyboard layout needs for them", () => {
    expect(matches(key("?", { shiftKey: true }), "?")).toBe(true);
    expect(matches(key("/", { shiftKey: true }), "/")).toBe(true);
    expect(matches(key("+"), "+")).toBe(true);
  });

  it.each(["<input>", "<textarea></textarea>", "<select></select>", "<dialog open><button></button></dialog>", '<div class="cm-editor"><p></p></div>'])(
    "belong to %s", (html) => {
      document.body.innerHTML = html;
      const target = document.body.firstElementChild?.firstElementChild ?? document.body.firstElementChild;
      expect(isTyping(target)).toBe(true);
    });

  it("no two acts fight for one key", () => {
    const shared = ACTIONS.flatMap((each) => each.keys.map((keys) => [keys, each.group] as const))
      .filter(([keys], index, all) => all.findIndex(([other]) => other === keys) !== index);
    // Enter and arrows end or steer a link while one is drawn, and move about otherwise. Alt+Left moves what is chosen,
    // and leads out of a component where nothing is.
    expect(shared.map(([keys]) => keys).sort()).toEqual(["Alt+ArrowLeft", "ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp", "Enter"]);
  });

  it("every act has an id of its own and a label", () => {
    expect(new Set(ACTIONS.map((each) => each.id)).size).toBe(ACTIONS.length);
    expect(ACTIONS.every((each) => each.label().length > 0)).toBe(true);
  });
});
