/** A component while it is drawn: rows of ports and parameters, and what the server is sent of them. */
import type { Component, Json, Parameter, Port } from "@/api/types";

export type ParameterKind = "string" | "text" | "integer" | "decimal" | "boolean" | "choice";

export interface PortRow {
  readonly name: string;
  readonly label: string;
  readonly type: "table" | "any";
  readonly optional: boolean;
}
export interface ParameterRow {
  readonly name: string;
  readonly label: string;
  readonly type: ParameterKind;
  readonly default: string;
  /** Of a choice: its values, with commas between. */
  readonly choices: string;
}
export interface Drawing {
  readonly title: string;
  readonly name: string;
  readonly help: string;
  readonly inputs: readonly PortRow[];
  readonly outputs: readonly PortRow[];
  readonly parameters: readonly ParameterRow[];
  readonly script: string;
  readonly requirements: string;
}

export const NEW: Drawing = {
  title: "", name: "", help: "",
  inputs: [{ name: "table", label: "", type: "table", optional: false }],
  outputs: [{ name: "result", label: "", type: "table", optional: false }],
  parameters: [],
  script: "import pandas as pd\n\n\ndef run(table):\n    \"\"\"Gets every input and parameter by its name; tables are pandas data frames.\"\"\"\n    return table\n",
  requirements: "",
};

export const nameOf = (title: string): string =>
  title.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").replace(/^(?=\d)/, "step_");

export function drawingOf(component: Component, script: string, requirements: string): Drawing {
  const row = (port: Port): PortRow =>
    ({ name: port.name, label: port.label, type: port.type === "any" ? "any" : "table", optional: port.optional ?? false });
  return {
    title: component.title, name: component.name, help: component.help, script, requirements,
    inputs: (component.inputs ?? []).map(row), outputs: (component.outputs ?? []).map(row),
    parameters: (component.parameters ?? []).map((one) => ({
      name: one.name, label: one.label, type: one.type as ParameterKind,
      default: one.default === null || one.default === undefined ? "" : String(one.default),
      choices: (one.choices ?? []).map((choice) => choice.value).join(", "),
    })),
  };
}

/** As the server reads it; names of new components come from their titles. */
export function componentOfDrawing(drawing: Drawing): Partial<Component> {
  return {
    name: drawing.name || nameOf(drawing.title), title: drawing.title, help: drawing.help,
    inputs: drawing.inputs.map((port) => ({ ...port, label: port.label })),
    outputs: drawing.outputs.map(({ name, label, type }) => ({ name, label, type })),
    parameters: drawing.parameters.map(parameterOf),
  };
}

function parameterOf(row: ParameterRow): Parameter {
  const choices = row.choices.split(",").map((one) => one.trim()).filter(Boolean).map((value) => ({ value, label: value }));
  return {
    name: row.name, label: row.label, type: row.type,
    ...(row.default === "" ? { required: row.type !== "boolean" } : { default: valueOf(row) }),
    ...(row.type === "choice" ? { choices } : {}),
  };
}

function valueOf(row: ParameterRow): Json {
  if (row.type === "integer" || row.type === "decimal") {
    const number = Number(row.default.replace(",", "."));
    return Number.isNaN(number) ? row.default : number;
  }
  return row.type === "boolean" ? row.default === "true" : row.default;
}

/** The first line that the script's function must have. */
export const signatureOf = (drawing: Drawing): string =>
  `def run(${[...drawing.inputs, ...drawing.parameters].map((one) => one.name).join(", ")}):`;
