import { describe, expect, it } from "vitest";
import type { Component, Edge } from "@/api/types";
import { edgeId } from "@/graph/document";
import { collapse, setPin, toggleMode } from "@/graph/mode";
import { insertOn, replace, wayThrough } from "@/graph/splice";
import { CATALOGUE, drawn, wired } from "../catalogue";

const component = (name: string): Component => CATALOGUE.components.get(name) as Component;
const line = wired(drawn("cars", "evaluate", "clean"), "cars.dataset>evaluate.first");
const edge = line.edges[0] as Edge;

describe("a step in a link", () => {
  it("carries on what flowed, through its first fitting ports", () => {
    expect(insertOn(CATALOGUE, line, edge, "clean").edges.map(edgeId)).toEqual(["cars.dataset>clean.in", "clean.out>evaluate.first"]);
  });

  it("has to take and to give the type", () => {
    expect(wayThrough(CATALOGUE, line, edge, component("learner"))).toBeNull();
    expect(insertOn(CATALOGUE, drawn("cars", "learner"), edge, "learner").edges).toEqual([]);
  });
});

describe("another component in the place of a step", () => {
  const before = wired(drawn("cars", "clean", "evaluate"), "cars.dataset>clean.in", "clean.out>evaluate.first");

  it("keeps the wires that fit by name or type, and says which are cut", () => {
    const after = replace(CATALOGUE, before, "clean", component("evaluate"));
    expect(after.document.edges.map(edgeId)).toEqual(["cars.dataset>clean.first", "clean.results>evaluate.first"]);
    expect(replace(CATALOGUE, before, "clean", component("learner")).cut).toHaveLength(2);
  });

  it("keeps settings of the same name and kind, and names those that are lost", () => {
    const other: Component = { ...component("clean"), name: "other", parameters: [{ name: "value", type: "string", label: "Value", default: "9" }] };
    const after = replace(CATALOGUE, before, "clean", other);
    expect(after.document.nodes["clean"]?.parameters).toEqual({ value: "0" });
    expect(after.lost.map((each) => each.name)).toEqual(["mode"]);
  });
});

describe("modes", () => {
  it("are set on all, and taken away where all have it", () => {
    const off = toggleMode(line, ["cars", "clean"], "disabled");
    expect(off.nodes["clean"]?.mode).toBe("disabled");
    expect(toggleMode(off, ["cars", "clean"], "disabled").nodes).toEqual(line.nodes);
  });

  it("a pin stays until it is taken away", () => {
    const pin = { run: "r", node: "clean", port: "out", tree: "t", pinned_at: "2026-01-01T00:00:00Z", pinned_by: "ann" };
    const pinned = setPin(line, "clean", "out", pin);
    expect(pinned.nodes["clean"]?.pins?.["out"]).toEqual(pin);
    expect(setPin(pinned, "clean", "out", null).nodes["clean"]).toEqual(line.nodes["clean"]);
  });

  it("a card is collapsed and opened again", () => {
    const small = collapse(line, ["cars"]);
    expect(small.layout["cars"]?.collapsed).toBe(true);
    expect(collapse(small, ["cars"]).layout).toEqual(line.layout);
  });
});
