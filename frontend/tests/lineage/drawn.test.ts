import { describe, expect, test } from "vitest";
import { begin, closing, hiding, merged, moreOf, shown } from "@/lineage/drawn";
import { fitted, placesOf } from "@/lineage/places";
import type { Piece, Thing } from "@/lineage/types";

const thing = (name: string, distance: number, more: Partial<Thing> = {}): Thing => ({ name, kind: name.split("/")[0] ?? "", title: name, distance, ...more });
const link = (source: string, target: string) => ({ source, target, relation: "made" });
const piece: Piece = {
  root: "runs/1", is_whole: false,
  nodes: [thing("datasets/a:1", -1, { more_up: 0, more_down: 0 }), thing("runs/1", 0, { more_down: 1 }), thing("models/m:1", 1, { more_down: 0 })],
  edges: [link("datasets/a:1", "runs/1"), link("runs/1", "models/m:1")],
};
const names = (drawn: ReturnType<typeof begin>, side?: "up" | "down") => shown(drawn, side).things.map((one) => one.name);

describe("the drawn lineage", () => {
  test("a further piece adds what is new and says where to read on", () => {
    const more: Piece = { root: "runs/1", is_whole: true, nodes: [thing("runs/1", 0), thing("models/m:2", 1)], edges: [link("runs/1", "models/m:2")] };
    const drawn = merged(begin(piece), more, "down");
    expect(names(drawn)).toContain("models/m:2");
    expect(moreOf(drawn.things.get("runs/1") as Thing, "down")).toBeNull();
    expect(moreOf(drawn.things.get("datasets/a:1") as Thing, "up")).toBe(0);
  });

  test("a closed side hides what lies behind it, until it is opened", () => {
    const closed = closing(begin(piece), "runs/1", "down");
    expect(names(closed)).toEqual(["datasets/a:1", "runs/1"]);
    expect(names(closing(closed, "runs/1", "down"))).toHaveLength(3);
  });

  test("a hidden kind goes, the root stays, and one direction shows one side", () => {
    expect(names(hiding(begin(piece), "models"))).toEqual(["datasets/a:1", "runs/1"]);
    expect(names(hiding(begin(piece), "runs"))).toHaveLength(3);
    expect(names(begin(piece), "up")).toEqual(["datasets/a:1", "runs/1"]);
  });

  test("what came before is drawn to the left, and all of it fits", () => {
    const spots = placesOf(piece.nodes, piece.edges);
    const x = (name: string) => spots.get(name)?.x ?? Number.NaN;
    expect(x("datasets/a:1")).toBeLessThan(x("runs/1"));
    expect(x("runs/1")).toBeLessThan(x("models/m:1"));
    expect(fitted(spots.values(), 400, 300).zoom).toBeLessThan(1);
  });
});
