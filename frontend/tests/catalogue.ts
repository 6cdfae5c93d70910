/** A small catalogue and drawings for the tests. */
import type { Component, GraphDocument, Palette, Port } from "@/api/types";
import { catalogueOf, draw, drawDataset } from "@/graph/catalogue";
import { EMPTY } from "@/graph/document";
import { addNode, connect } from "@/graph/operations";

const table = (name: string, optional = false): Port => ({ name, type: "table", label: name, optional });

const component = (name: string, inputs: readonly Port[], outputs: readonly Port[], more: Partial<Component> = {}): Component =>
  ({ name, version: "1", title: name, group: "Group", help: "", inputs, outputs, ...more });

export const PALETTE: Palette = {
  components: [
    component("clean", [table("in")], [table("out"), { name: "how", type: "transformation", label: "how" }], {
      parameters: [
        { name: "mode", type: "choice", label: "Mode", default: "value", choices: [{ value: "value", label: "V" }, { value: "row", label: "R" }] },
        { name: "value", type: "string", label: "Value", default: "0", visible_if: { mode: ["value"] } },
        { name: "threshold", type: "decimal", label: "Threshold" },
      ],
    }),
    component("learner", [], [{ name: "untrained", type: "untrained_model", label: "untrained" }]),
    component("train", [{ name: "learner", type: "untrained_model", label: "learner" }, table("data")], [{ name: "model", type: "model", label: "model" }]),
    component("score", [{ name: "model", type: "model", label: "model" }, table("data")], [table("scored")]),
    component("groups", [], [{ name: "untrained", type: "untrained_model", label: "untrained" }], { task: "clustering" }),
    component("classify", [{ name: "learner", type: "untrained_model", label: "learner", tasks: ["two_class"] }], [table("out")]),
    component("evaluate", [table("first"), table("second", true)], [table("results")]),
    component("unpack", [{ name: "archive", type: "zip", label: "archive" }], [table("out")]),
  ],
  datasets: [{
    name: "cars", version: 2, versions: [1, 2], description: "", is_sample: true, url: "/",
    schema: { columns: [{ name: "make", type: "string" }, { name: "price", type: "decimal" }, { name: "doors", type: "integer" }] },
  }, { name: "pets", version: 1, versions: [1], description: "", is_sample: false, url: "/", schema: null, type: "zip" }],
};

export const CATALOGUE = catalogueOf(PALETTE);

export function drawn(...names: readonly string[]): GraphDocument {
  return names.reduce((document, name, index) => {
    const found = CATALOGUE.components.get(name);
    const node = name === "cars" ? drawDataset(CATALOGUE, PALETTE.datasets[0]!) : draw(found!);
    return addNode(document, name, node, { x: 0, y: index * 120 });
  }, EMPTY);
}

export function wired(document: GraphDocument, ...links: readonly string[]): GraphDocument {
  return links.reduce((current, link) => {
    const [from, to] = link.split(">") as [string, string];
    const [source, source_port] = from.split(".") as [string, string];
    const [target, target_port] = to.split(".") as [string, string];
    return connect(current, { source, source_port, target, target_port });
  }, document);
}
