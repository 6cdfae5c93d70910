import { describe, expect, it } from "vitest";
import type { Component, Step } from "@/api/types";
import { summed } from "@/designer/summed";
import { withOwn } from "@/graph/catalogue";
import { connect } from "@/graph/operations";
import { collapsed, expanded, updated } from "@/graph/subgraph";
import { CATALOGUE, drawn } from "../catalogue";

const PART: Component = {
  name: "part", version: "1", title: "Part", group: "Mine", help: "",
  inputs: [{ name: "in", type: "table", label: "in" }],
  outputs: [{ name: "out", type: "table", label: "out" }],
  parameters: [{ name: "mode", type: "string", label: "Mode", default: "value" }],
  own: {
    id: "1", kind: "graph", latest: "1", archived: false, deprecated: "", url: "", outputs: {},
    ends: { in: [{ node: "clean", port: "in" }] }, outs: { out: { node: "clean", port: "out" } },
  },
};

const link = (source: string, source_port: string, target: string, target_port: string) => ({ source, source_port, target, target_port });
const WHOLE = connect(connect(drawn("cars", "clean", "evaluate"), link("cars", "dataset", "clean", "in")), link("clean", "out", "evaluate", "first"));

describe("pipeline components", () => {
  it("puts a card in place of the steps, with the links that led in and out", () => {
    const { document, card } = collapsed(WHOLE, ["clean"], PART);
    expect(Object.keys(document.nodes).sort()).toEqual(["cars", "evaluate", card]);
    expect(document.edges).toEqual([link("cars", "dataset", card, "in"), link(card, "out", "evaluate", "first")]);
  });

  it("puts the steps back, with the values of the card", () => {
    const { document, card } = collapsed(WHOLE, ["clean"], PART);
    const inner = drawn("clean");
    const inside = { ...inner, nodes: { clean: { ...inner.nodes["clean"]!, parameters: { mode: { $parameter: "mode" } } } } };
    const back = expanded(document, card, PART, inside);
    const [clean] = back.ids;
    expect(back.document.nodes[clean!]?.parameters).toEqual({ mode: "value" });
    expect([...back.document.edges].map((edge) => edge.source + edge.target).sort()).toEqual([`cars${clean}`, `${clean}evaluate`]);
  });

  it("keeps values and cuts links to ports that a newer version lacks", () => {
    const { document, card } = collapsed(WHOLE, ["clean"], PART);
    const newer = { ...PART, version: "2", outputs: [], parameters: [] };
    const next = updated(document, [card], newer);
    expect(next.nodes[card]).toMatchObject({ version: "2", parameters: {} });
    expect(next.edges).toEqual([link("cars", "dataset", card, "in")]);
  });

  it("knows older versions, and that there is a newer one", () => {
    const catalogue = withOwn(withOwn(CATALOGUE, PART), { ...PART, version: "2", own: { ...PART.own!, latest: "2" } });
    expect(catalogue.versions.get("part@1")?.own?.latest).toBe("2");
    expect(catalogue.components.get("part")?.version).toBe("2");
  });

  it("sums the states of the steps inside", () => {
    const step = (node: string, state: Step["state"]): Step => ({
      node, state, title: node, reason: "because", since: null, progress: null, seconds: 1, reused: false, error: null, outputs: [],
    });
    const states = (...all: readonly Step["state"][]) => summed(all.map((state, index) => step(`card.s${index}`, state)))[0];
    expect(states("completed", "running", "waiting")?.state).toBe("running");
    expect(states("completed", "failed", "skipped")?.state).toBe("failed");
    expect(states("completed", "waiting")?.state).toBe("running");
    expect(states("reused", "completed")).toMatchObject({ state: "completed", seconds: 2, progress: 1 });
  });
});
