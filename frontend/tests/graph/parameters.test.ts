import { describe, expect, it } from "vitest";
import * as parameters from "@/graph/parameters";
import { drawn } from "../catalogue";

const bound = parameters.attach(drawn("cars", "train"), "train", "rate", "rate", "decimal", 0.1);

describe("parameters of a pipeline", () => {
  it("take the value of the setting as their default", () => {
    expect(bound.parameters).toEqual({ rate: { type: "decimal", default: 0.1 } });
    expect(bound.nodes["train"]?.parameters?.["rate"]).toEqual({ $parameter: "rate" });
  });

  it("give it back when the setting is detached", () => {
    expect(parameters.detach(bound, "train", "rate").nodes["train"]?.parameters?.["rate"]).toBe(0.1);
  });

  it("leave the component's default where they have none", () => {
    const open = parameters.describe(bound, "rate", { type: "decimal" });
    expect(parameters.detach(open, "train", "rate").nodes["train"]?.parameters).not.toHaveProperty("rate");
  });

  it("are named anew wherever they are used", () => {
    const renamed = parameters.rename(bound, "rate", "speed");
    expect(parameters.usesOf(renamed, "speed")).toEqual([{ node: "train", value: "rate" }]);
    expect(Object.keys(renamed.parameters ?? {})).toEqual(["speed"]);
  });

  it("keep their name where the new one is taken", () => {
    const both = parameters.describe(bound, "speed", { type: "decimal" });
    expect(parameters.rename(both, "rate", "speed")).toBe(both);
  });

  it("name a dataset with its version as one value", () => {
    const data = parameters.attach(drawn("cars"), "cars", "dataset", "data", "dataset", { dataset: "Cars", version: 2 });
    expect(data.nodes["cars"]?.parameters).toEqual({ dataset: { $parameter: "data" } });
    expect(parameters.detach(data, "cars", "dataset").nodes["cars"]?.parameters).toEqual({ dataset: "Cars", version: 2 });
  });

  it("do not take what is none of their type", () => {
    expect(parameters.isUnfit({ type: "decimal" }, "much")).toBe(true);
    expect(parameters.isUnfit({ type: "decimal" }, "0.5")).toBe(false);
    expect(parameters.isUnfit({ type: "dataset" }, { dataset: "Cars", version: null })).toBe(false);
  });

  it("read a default as their type wants it, or not at all", () => {
    expect(parameters.defaultOf("integer", "3")).toBe(3);
    expect(parameters.defaultOf("integer", "3.5")).toBeUndefined();
    expect(parameters.defaultOf("decimal", "0,5")).toBe(0.5);
    expect(parameters.defaultOf("string", "")).toBeNull();
  });
});
