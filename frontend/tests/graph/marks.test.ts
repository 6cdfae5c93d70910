import { describe, expect, it } from "vitest";
import { cutOut, paste } from "@/graph/fragment";
import * as marks from "@/graph/marks";
import { deleteNodes } from "@/graph/operations";
import { drawn } from "../catalogue";

const grouped = marks.addGroup(drawn("cars", "clean", "train"), "g", ["cars", "clean"], "Data");

describe("frames", () => {
  it("enclose their steps with room for a head", () => {
    const rect = marks.rectOf(grouped, "g");
    const first = marks.rectOf(grouped, "cars");
    const last = marks.rectOf(grouped, "clean");
    expect(rect.x).toBeLessThan(first.x);
    expect(rect.y).toBeLessThan(first.y - 30);
    expect(rect.y + rect.height).toBeGreaterThan(last.y + last.height);
  });

  it("a step is in one frame only", () => {
    const again = marks.addGroup(grouped, "h", ["clean", "train"], "Learn");
    expect(again.groups?.["g"]?.nodes).toEqual(["cars"]);
  });

  it("take in what is dropped into them and let go what is carried out", () => {
    const into = marks.regroup(marks.moveAll(grouped, { train: { x: 0, y: 60 } }), ["train"]);
    expect(into.groups?.["g"]?.nodes).toContain("train");
    const out = marks.regroup(marks.moveAll(into, { train: { x: 4000, y: 0 } }), ["train"]);
    expect(out.groups?.["g"]?.nodes).not.toContain("train");
  });

  it("go with their last step, and notes about it stand free", () => {
    const noted = marks.addNote(grouped, "n", { text: "why", node: "cars" }, { x: 0, y: 0 });
    const left = marks.forgetGone(deleteNodes(noted, ["cars", "clean"]));
    expect(left.groups).toEqual({});
    expect(left.notes?.["n"]).toEqual({ text: "why" });
  });

  it("keep their size when they are moved", () => {
    const before = marks.rectOf(grouped, "g");
    expect(marks.rectOf(marks.moveAll(grouped, { g: { x: 900, y: 900 } }), "g")).toEqual({ ...before, x: 900, y: 900 });
  });

  it("are copied whole, with notes about their steps", () => {
    const noted = marks.addNote(grouped, "n", { text: "why", node: "cars" }, { x: 0, y: 0 });
    const pasted = paste(noted, cutOut(noted, ["cars", "clean"]), { x: 500, y: 0 });
    const [copy] = Object.entries(pasted.document.groups ?? {}).filter(([id]) => id !== "g");
    expect(copy?.[1].nodes).toEqual(pasted.ids);
    expect(pasted.marks).toHaveLength(2);
  });
});
