import { describe, expect, it } from "vitest";
import { align, distribute, guidesFor } from "@/graph/align";
import { moveAll, rectOf } from "@/graph/marks";
import { reach } from "@/graph/reach";
import { drawn, wired } from "../catalogue";

const scattered = moveAll(drawn("cars", "clean", "train"), { cars: { x: 0, y: 0 }, clean: { x: 30, y: 100 }, train: { x: 90, y: 500 } });
const all = ["cars", "clean", "train"];

describe("lining up", () => {
  it.each([["left", [0, 0, 0]], ["right", [90, 90, 90]], ["centre", [45, 45, 45]]] as const)("to the %s", (line, wanted) => {
    const after = align(scattered, all, line);
    expect(all.map((id) => rectOf(after, id).x)).toEqual(wanted);
    expect(rectOf(after, "train").y).toBe(500);
  });

  it("spreads what is between the outermost with equal gaps", () => {
    const after = distribute(scattered, all, "down");
    expect(all.map((id) => rectOf(after, id).y)).toEqual([0, 250, 500]);
  });

  it("needs two to line up and three to spread", () => {
    expect(align(scattered, ["cars"], "left")).toBe(scattered);
    expect(distribute(scattered, ["cars", "clean"], "across")).toBe(scattered);
  });

  it("sticks to the nearest edge or middle within reach", () => {
    const card = { width: 100, height: 50 };
    const { shift, lines } = guidesFor({ x: 4, y: 300, ...card }, [{ x: 0, y: 0, ...card }], 6);
    expect(shift).toEqual({ x: -4, y: 0 });
    expect(lines).toEqual([{ way: "x", at: 0 }]);
  });
});

describe("what comes before and after", () => {
  const chain = wired(drawn("cars", "clean", "train", "learner"), "cars.dataset>clean.in", "clean.out>train.data", "learner.untrained>train.learner");
  it("walks along the links", () => {
    expect([...reach(chain, ["clean"], "down")].sort()).toEqual(["clean", "train"]);
    expect([...reach(chain, ["train"], "up")].sort()).toEqual(["cars", "clean", "learner", "train"]);
  });
});
