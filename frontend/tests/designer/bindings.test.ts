import { beforeEach, describe, expect, it } from "vitest";
import { bind, exported, holder, imported, keysOf } from "@/actions/bindings";
import { matches, written } from "@/actions/keys";
import { action, ACTIONS, GROUPS } from "@/actions/table";

const key = (name: string, more: KeyboardEventInit = {}): KeyboardEvent => new KeyboardEvent("keydown", { key: name, ...more });

beforeEach(() => {
  for (const each of ACTIONS) bind(each.id, null);
});

describe("bindings", () => {
  it("are a person's own, and go back to the first ones", () => {
    bind("find", ["Ctrl+J"]);
    expect(keysOf(action("find"))).toEqual(["Ctrl+J"]);
    bind("find", null);
    expect(keysOf(action("find"))).toEqual(["Ctrl+F"]);
  });

  it("are exported and imported; unknown acts are left out", () => {
    bind("find", ["Ctrl+J"]);
    const file = exported().replace('"find"', '"gone": ["X"], "find"');
    bind("find", null);
    expect(imported(file)).toBe(true);
    expect(keysOf(action("find"))).toEqual(["Ctrl+J"]);
    expect(JSON.parse(exported()).keys).not.toHaveProperty("gone");
    expect(imported("{}")).toBe(false);
  });

  it("know who has a key already", () => {
    expect(holder("Ctrl+F", "fit")?.id).toBe("find");
    expect(holder("Ctrl+F", "find")).toBeUndefined();
  });

  it("never take Tab", () => {
    expect(ACTIONS.flatMap((each) => each.keys).filter((keys) => /\bTab\b/.test(keys))).toEqual([]);
    expect(written(key("Tab"))).toBe("");
  });

  it("are written as they are matched", () => {
    for (const event of [
      key("j", { ctrlKey: true, code: "KeyJ" }), key("J", { shiftKey: true, code: "KeyJ" }), key("!", { shiftKey: true, code: "Digit1" }),
      key("F4", { code: "F4" }), key("å", { altKey: true, code: "KeyA" }), key("?", { shiftKey: true, code: "Minus" }), key("ArrowUp", { ctrlKey: true }),
    ]) expect(matches(event, written(event))).toBe(true);
  });

  it("every act is in a group that the menu shows", () => {
    expect(ACTIONS.filter((each) => !GROUPS.includes(each.group))).toEqual([]);
  });
});
