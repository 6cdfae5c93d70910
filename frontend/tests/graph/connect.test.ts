import { describe, expect, it } from "vitest";
import { bestEnd, compatible, type End, judge, whyNot } from "@/graph/connect";
import { drawDataset } from "@/graph/catalogue";
import { addNode } from "@/graph/operations";
import { CATALOGUE, drawn, wired } from "../catalogue";

const out = (node: string, port: string): End => ({ node, port, side: "output" });
const into = (node: string, port: string): End => ({ node, port, side: "input" });
const ALL = drawn("cars", "clean", "learner", "train", "score", "evaluate");

describe("connectability", () => {
  it("equal types connect, drawn from either end", () => {
    expect(judge(CATALOGUE, ALL, out("cars", "dataset"), into("clean", "in")).possible).toBe(true);
    expect(judge(CATALOGUE, ALL, into("clean", "in"), out("cars", "dataset")).possible).toBe(true);
  });

  it("different types do not, and the reason names both", () => {
    const { possible, reason } = judge(CATALOGUE, ALL, out("learner", "untrained"), into("score", "model"));
    expect(possible).toBe(false);
    expect(reason).toBe("“model” takes a trained model; “untrained” gives an untrained model.");
  });

  it("a dataset of a zip archive gives a zip file", () => {
    const unpack = addNode(drawn("unpack", "cars"), "pets", drawDataset(CATALOGUE, CATALOGUE.datasets[1]!), { x: 0, y: 0 });
    expect(judge(CATALOGUE, unpack, out("pets", "dataset"), into("unpack", "archive")).possible).toBe(true);
    expect(judge(CATALOGUE, unpack, out("cars", "dataset"), into("unpack", "archive")).possible).toBe(false);
  });

  it("a step cannot feed itself", () => {
    expect(judge(CATALOGUE, ALL, out("clean", "out"), into("clean", "in")).reason).toMatch(/feed itself/);
  });

  it("a circle is refused and named", () => {
    const circle = wired(ALL, "clean.out>evaluate.first");
    expect(judge(CATALOGUE, circle, out("evaluate", "results"), into("clean", "in")).reason).toMatch(/circle: clean already comes before evaluate/);
  });

  it("two outputs do not connect", () => {
    expect(judge(CATALOGUE, ALL, out("cars", "dataset"), out("clean", "out")).reason).toMatch(/not to another output/);
  });

  it("a full input can be taken, and is said to be replaced", () => {
    const full = wired(ALL, "cars.dataset>evaluate.first");
    expect(judge(CATALOGUE, full, out("clean", "out"), into("evaluate", "first"))).toMatchObject({ possible: true, replaces: true });
  });

  it("the best end of a card is a free one", () => {
    const full = wired(ALL, "cars.dataset>evaluate.first");
    expect(bestEnd(CATALOGUE, full, out("clean", "out"), "evaluate")).toEqual(into("evaluate", "second"));
  });

  it("a card says why none of its ports fits, or nothing if one does", () => {
    expect(whyNot(CATALOGUE, ALL, out("learner", "untrained"), "cars")).toMatch(/no inputs/);
    expect(whyNot(CATALOGUE, ALL, out("learner", "untrained"), "train")).toBe("");
  });

  it("a dangling link offers only what takes it", () => {
    expect(compatible(CATALOGUE, ALL, out("train", "model")).map((offer) => offer.component)).toEqual(["score"]);
    expect(compatible(CATALOGUE, ALL, into("score", "model")).map((offer) => offer.component)).toEqual(["train"]);
  });

  it("a learner of another task does not, and the reason names both", () => {
    const document = drawn("groups", "classify");
    const { possible, reason } = judge(CATALOGUE, document, out("groups", "untrained"), into("classify", "learner"));
    expect(possible).toBe(false);
    expect(reason).toBe("“learner” is for two-class classification; “groups” is for clustering.");
    expect(compatible(CATALOGUE, document, out("groups", "untrained")).map((offer) => offer.component)).toEqual(["train"]);
  });
});
