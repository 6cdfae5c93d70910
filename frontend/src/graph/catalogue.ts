/** What can be drawn: components by name, and the dataset node that is no component of its own. */
import type { Component, DatasetOffer, DrawnNode, Json, Palette, Parameter, Port } from "@/api/types";
import { referenceOf } from "@/graph/parameters";

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
  /** Components of the project, by name@version. */
  readonly versions: ReadonlyMap<string, Component>;
}

export function catalogueOf(palette: Palette): Catalogue {
  const components = new Map(palette.components.map((component) => [component.name, component]));
  const dataset = components.get(DATASET) ?? DATASET_FALLBACK;
  const dataNodes = { table: giving(dataset, "table"), zip: giving(dataset, "zip") };
  components.set(DATASET, dataNodes.table);
  const own = palette.own ?? [];
  for (const component of own) if (component.own?.latest === component.version) components.set(component.name, component);
  const versions = new Map(own.map((component) => [keyOf(component.name, component.version), component]));
  return { components, dataNodes, datasets: palette.datasets, versions };
}

/** With a version of a component of the project that was made just now. */
export function withOwn(catalogue: Catalogue, made: Component): Catalogue {
  const versions = new Map(catalogue.versions);
  for (const [key, one] of versions) {
    if (one.name === made.name && one.own) versions.set(key, { ...one, own: { ...one.own, latest: made.version } });
  }
  versions.set(keyOf(made.name, made.version), made);
  return { ...catalogue, versions, components: new Map(catalogue.components).set(made.name, made) };
}

const keyOf = (name: string, version: string): string => `${name}@${version}`;

/** The components of the palette's groups, in the given order. */
export const drawable = (catalogue: Catalogue): readonly Component[] =>
  [...catalogue.components.values()].filter((component) => component.name !== DATASET && !component.own?.archived);

export function componentOf(catalogue: Catalogue, node: DrawnNode | undefined): Component | undefined {
  if (node?.component === DATASET) return catalogue.dataNodes[datasetOf(catalogue, node)?.type ?? "table"];
  return node && (catalogue.versions.get(keyOf(node.component, node.version)) ?? catalogue.components.get(node.component));
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
  if (node.component === DATASET) return referenceOf(node.parameters?.["dataset"]) ?? String(node.parameters?.["dataset"] ?? DATASET_FALLBACK.title);
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
