/** What can be drawn: components by name, and the dataset node that is no component of its own. */
import type { Component, DatasetOffer, DrawnNode, Json, Palette, Parameter, Port } from "@/api/types";

export const DATASET = "dataset";

const DATASET_FALLBACK: Component = {
  name: DATASET, version: "1", title: "Dataset", group: "Datasets", help: "",
  outputs: [{ name: DATASET, type: "table", label: "Dataset" }],
};

export interface Catalogue {
  readonly components: ReadonlyMap<string, Component>;
  /** The data node by what the dataset is. */
  readonly dataNodes: Readonly<Record<"table" | "zip", Component>>;
  readonly datasets: readonly DatasetOffer[];
}

export function catalogueOf(palette: Palette): Catalogue {
  const components = new Map(palette.components.map((component) => [component.name, component]));
  const dataset = components.get(DATASET) ?? DATASET_FALLBACK;
  const dataNodes = { table: giving(dataset, "table"), zip: giving(dataset, "zip") };
  components.set(DATASET, dataNodes.table);
  return { components, dataNodes, datasets: palette.datasets };
}

/** The components of the palette's groups, in the given order. */
export const drawable = (catalogue: Catalogue): readonly Component[] =>
  [...catalogue.components.values()].filter((component) => component.name !== DATASET);

export function componentOf(catalogue: Catalogue, node: DrawnNode | undefined): Component | undefined {
  if (node?.component === DATASET) return catalogue.dataNodes[datasetOf(catalogue, node)?.type ?? "table"];
  return node && catalogue.components.get(node.component);
}

const giving = (dataset: Component, type: "table" | "zip"): Component =>
  ({ ...dataset, outputs: (dataset.outputs ?? []).map((port) => ({ ...port, type })) });

export const inputsOf = (component: Component | undefined): readonly Port[] => component?.inputs ?? [];
export const outputsOf = (component: Component | undefined): readonly Port[] => component?.outputs ?? [];
export const parametersOf = (component: Component | undefined): readonly Parameter[] => component?.parameters ?? [];

export function datasetOf(catalogue: Catalogue, node: DrawnNode): DatasetOffer | undefined {
  return catalogue.datasets.find((dataset) => dataset.name === node.parameters?.["dataset"]);
}

/** The title on the card: the user's, else the dataset's or the component's. */
export function titleOf(catalogue: Catalogue, node: DrawnNode): string {
  if (node.title) return node.title;
  if (node.component === DATASET) return String(node.parameters?.["dataset"] ?? DATASET_FALLBACK.title);
  return componentOf(catalogue, node)?.title ?? node.component;
}

/** A fresh node with every default written down, so that a later change of a default does not change the drawing. */
export function draw(component: Component): DrawnNode {
  const parameters: Record<string, Json> = {};
  for (const parameter of component.parameters ?? []) {
    if (parameter.default !== undefined && parameter.default !== null) parameters[parameter.name] = parameter.default;
  }
  return { component: component.name, version: component.version, parameters };
}

export function drawDataset(catalogue: Catalogue, dataset: DatasetOffer): DrawnNode {
  const version = catalogue.components.get(DATASET)?.version ?? DATASET_FALLBACK.version;
  return { component: DATASET, version, parameters: { dataset: dataset.name, version: dataset.version } };
}

export const valueOf = (node: DrawnNode, parameter: Parameter): Json => {
  const value = node.parameters?.[parameter.name];
  return value === undefined ? (parameter.default ?? null) : value;
};

/** `visible_if` names other parameters and the values for which this one is asked. */
export function isVisible(component: Component, node: DrawnNode, parameter: Parameter): boolean {
  return Object.entries(parameter.visible_if ?? {}).every(([name, values]) => {
    const other = component.parameters?.find((candidate) => candidate.name === name);
    const value = other ? valueOf(node, other) : (node.parameters?.[name] ?? null);
    return values.includes(value) && (!other || isVisible(component, node, other));
  });
}
