import { describe, expect, it } from "vitest";
import { draw } from "@/graph/catalogue";
import { judge } from "@/graph/connect";
import { edgeId } from "@/graph/document";
import { addNode, comment, connect, deleteAndReconnect, deleteNodes, disconnect, moveNodes, rename, setParameter } from "@/graph/operations";
import { CATALOGUE, drawn, wired } from "../catalogue";

const accepts = (document: ReturnType<typeof drawn>) => (source: string, sourcePort: string, target: string, targetPort: string): boolean =>
  judge(CATALOGUE, document, { node: source, port: sourcePort, side: "output" }, { node: target, port: targetPort, side: "input" }).possible;

describe("operations", () => {
  it("leave the document they were given untouched", () => {
    const before = wired(drawn("cars", "clean"), "cars.dataset>clean.in");
    const copy = structuredClone(before);
    deleteNodes(setParameter(before, "clean", "mode", "row"), ["cars"]);
    expect(before).toEqual(copy);
  });

  it("a new link to a full input replaces the old one", () => {
    const before = wired(drawn("cars", "clean", "evaluate"), "cars.dataset>evaluate.first");
    const after = connect(before, { source: "clean", source_port: "out", target: "evaluate", target_port: "first" });
    expect(after.edges.map(edgeId)).toEqual(["clean.out>evaluate.first"]);
  });

  it("deleting a node takes its links and its place along", () => {
    const after = deleteNodes(wired(drawn("cars", "clean"), "cars.dataset>clean.in"), ["clean"]);
    expect(after.edges).toEqual([]);
    expect(Object.keys(after.layout)).toEqual(["cars"]);
  });

  it("deleting and reconnecting links what was before to what comes after", () => {
    const before = wired(drawn("cars", "clean", "evaluate"), "cars.dataset>clean.in", "clean.out>evaluate.first");
    const after = deleteAndReconnect(before, ["clean"], accepts(before));
    expect(after.edges.map(edgeId)).toEqual(["cars.dataset>evaluate.first"]);
  });

  it("deleting and reconnecting a chain bridges all of it", () => {
    let before = addNode(drawn("cars", "clean", "evaluate"), "clean-2", draw(CATALOGUE.components.get("clean")!), { x: 0, y: 0 });
    before = wired(before, "cars.dataset>clean.in", "clean.out>clean-2.in", "clean-2.out>evaluate.first");
    expect(deleteAndReconnect(before, ["clean", "clean-2"], accepts(before)).edges.map(edgeId)).toEqual(["cars.dataset>evaluate.first"]);
  });

  it("deleting and reconnecting makes no link that the types forbid", () => {
    const before = wired(drawn("cars", "train", "score"), "cars.dataset>train.data", "train.model>score.model");
    expect(deleteAndReconnect(before, ["train"], accepts(before)).edges).toEqual([]);
  });

  it("what changes nothing returns the very same document", () => {
    const document = wired(drawn("cars", "clean"), "cars.dataset>clean.in");
    expect(moveNodes(document, { cars: { x: 0, y: 0 }, ghost: { x: 1, y: 1 } })).toBe(document);
    expect(setParameter(document, "clean", "mode", "value")).toBe(document);
    expect(rename(document, "clean", "")).toBe(document);
    expect(comment(document, "ghost", "x")).toBe(document);
    expect(disconnect(document, ["nothing"])).toBe(document);
    expect(connect(document, document.edges[0]!)).toBe(document);
  });
});
