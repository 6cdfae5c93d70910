import { describe, expect, it } from "vitest";
import { isVisible, titleOf, valueOf } from "@/graph/catalogue";
import { chosen, indices, selectionOf } from "@/graph/columns";
import { changedSince, sameDocument } from "@/graph/document";
import { cutOut, freshId, paste, readFragment } from "@/graph/fragment";
import { layOut } from "@/graph/layout";
import { rename, setParameter } from "@/graph/operations";
import { freePlace, neighbour } from "@/graph/place";
import { CARD_HEIGHT, CARD_WIDTH } from "@/graph/size";
import { CATALOGUE, drawn, PALETTE, wired } from "../catalogue";

const CARS = PALETTE.datasets[0]!.schema!;
const PATH = wired(drawn("cars", "clean", "learner", "train", "score"), "cars.dataset>clean.in", "clean.out>train.data",
  "learner.untrained>train.learner", "train.model>score.model", "clean.out>score.data");

describe("fragments", () => {
  it("paste with new ids and the links between them", () => {
    const { document, ids } = paste(PATH, cutOut(PATH, ["clean", "train"]), { x: 500, y: 0 });
    const [clean = "", train = ""] = ids;
    expect([clean, train]).toEqual([expect.stringMatching(/^clean-/), expect.stringMatching(/^train-/)]);
    expect(document.edges.at(-1)).toEqual({ source: clean, source_port: "out", target: train, target_port: "data" });
    expect(document.layout[clean]).toEqual({ x: 500, y: 0 });
  });

  it("survive the clipboard", () => {
    const fragment = cutOut(PATH, ["clean"]);
    expect(readFragment(JSON.stringify(fragment))).toEqual(fragment);
  });

  it.each(["", "hello", "null", "[]", '{"kind":"mlops/fragment","version":1}', '{"kind":"mlops/fragment","version":1,"nodes":{"a":{}},"edges":[],"layout":{}}'])(
    "other text is not one: %s", (text) => expect(readFragment(text)).toBeNull());

  it("ids are readable, free of odd signs, and never used twice", () => {
    expect(freshId(new Set(["split_data"]), "split_data")).toMatch(/^split_data-[a-z0-9]{4}$/);
    expect(freshId(new Set(), "my data, v2")).toMatch(/^my_data__v2-[a-z0-9]{4}$/);
  });
});

describe("columns", () => {
  it("by name keeps the table's order", () => {
    expect(chosen({ mode: "names", names: ["doors", "make"] }, CARS).map((column) => column.name)).toEqual(["make", "doors"]);
  });

  it("rules apply one after the other", () => {
    const names = chosen({ mode: "rules", begin_with: "all", rules: [{ action: "exclude", by: "types", types: ["numeric"] }, { by: "indices", indices: "3" }] }, CARS);
    expect(names.map((column) => column.name)).toEqual(["make", "doors"]);
  });

  it("reads ranges of numbers", () => {
    expect(indices("1-3, 5,x")).toEqual([[1, 3], [5, 5]]);
  });

  it("any other value is an empty selection", () => {
    expect(selectionOf("price").names).toEqual([]);
  });
});

describe("layout", () => {
  it("puts every step below what feeds it", () => {
    const places = layOut(PATH);
    for (const edge of PATH.edges) expect(places[edge.source]!.y).toBeLessThan(places[edge.target]!.y);
  });

  it("covers no card with another", () => {
    const places = Object.values(layOut(PATH));
    places.forEach((a, i) => places.slice(i + 1).forEach((b) =>
      expect(Math.abs(a.x - b.x) >= CARD_WIDTH || Math.abs(a.y - b.y) >= CARD_HEIGHT).toBe(true)));
  });

  it("gives the same picture for the same drawing, and ends on a circle", () => {
    expect(layOut(PATH)).toEqual(layOut(PATH));
    expect(Object.keys(layOut(wired(drawn("clean"), "clean.out>clean.in")))).toEqual(["clean"]);
  });
});

describe("places", () => {
  it("a new card covers none", () => {
    const at = freePlace(PATH, { x: 0, y: 0 });
    expect(Object.values(PATH.layout).every((other) => Math.abs(at.x - other.x) >= CARD_WIDTH || Math.abs(at.y - other.y) >= CARD_HEIGHT)).toBe(true);
  });

  it("arrows find the neighbour in their direction", () => {
    expect(neighbour(PATH, "cars", "down")).toBe("clean");
    expect(neighbour(PATH, "clean", "up")).toBe("cars");
    expect(neighbour(PATH, "cars", "left")).toBeNull();
  });
});

describe("documents", () => {
  it("are equal whatever the order of their links", () => {
    expect(sameDocument(PATH, { ...PATH, edges: [...PATH.edges].reverse() })).toBe(true);
    expect(sameDocument(PATH, rename(PATH, "clean", "Tidy"))).toBe(false);
  });

  it("a changed step outdates everything after it, a new title nothing", () => {
    expect([...changedSince(setParameter(PATH, "clean", "mode", "row"), PATH)].sort()).toEqual(["clean", "score", "train"]);
    expect(changedSince(rename(PATH, "clean", "Tidy"), PATH).size).toBe(0);
  });
});

describe("catalogue", () => {
  it("a parameter shows while another has a named value", () => {
    const component = CATALOGUE.components.get("clean")!;
    const value = component.parameters!.find((parameter) => parameter.name === "value")!;
    expect(isVisible(component, PATH.nodes["clean"]!, value)).toBe(true);
    expect(isVisible(component, setParameter(PATH, "clean", "mode", "row").nodes["clean"]!, value)).toBe(false);
  });

  it("a value that is not written down is the default", () => {
    expect(valueOf({ component: "clean", version: "1" }, CATALOGUE.components.get("clean")!.parameters![0]!)).toBe("value");
  });

  it("a data node is called like its dataset, anything like its own title", () => {
    expect(titleOf(CATALOGUE, PATH.nodes["cars"]!)).toBe("cars");
    expect(titleOf(CATALOGUE, rename(PATH, "cars", "Cars of 1985").nodes["cars"]!)).toBe("Cars of 1985");
  });
});
