/** The small search language of “Find”: plain words, and `key:value` terms that all have to hold; `-` before a term turns it round. */
import type { GraphDocument, Problem, Shapes } from "@/api/types";
import { type Catalogue, componentOf, DATASET, outputsOf, titleOf } from "@/graph/catalogue";
import { readingOrder } from "@/graph/place";

export interface Searched {
  readonly catalogue: Catalogue;
  readonly document: GraphDocument;
  readonly problems: readonly Problem[];
  readonly shapes: Shapes;
  readonly states: ReadonlyMap<string, string>;
}

interface Term {
  readonly key: string;
  readonly value: string;
  readonly not: boolean;
}

export const KEYS = ["is", "type", "uses", "param", "in", "note"] as const;
export const STATES = [
  "error", "warning", "unused", "disabled", "bypassed", "pinned", "changed", "failed", "running", "completed", "reused", "skipped", "waiting",
] as const;

/** `is:error type:"train model" -is:disabled price`: words in quotes stay together. */
export function termsOf(text: string): readonly Term[] {
  return [...text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)].flatMap(([, minus, key = "", quoted, plain]) => {
    const value = (quoted ?? plain ?? "").toLowerCase();
    const isKey = (KEYS as readonly string[]).includes(key.toLowerCase());
    const full = isKey || !key ? value : `${key}:${value}`.toLowerCase();
    return full ? [{ key: isKey ? key.toLowerCase() : "", value: full, not: minus === "-" }] : [];
  });
}

/** The steps that fit, in the order in which a drawing is read. */
export function find(searched: Searched, text: string): readonly string[] {
  const terms = termsOf(text);
  if (terms.length === 0) return [];
  const errors = nodesWith(searched.problems, "error");
  const warnings = nodesWith(searched.problems, "warning");
  const sources = new Set(searched.document.edges.map((edge) => edge.source));
  const holds = (id: string, term: Term): boolean => {
    const node = searched.document.nodes[id];
    if (!node) return false;
    const component = componentOf(searched.catalogue, node);
    switch (term.key) {
      case "is": switch (term.value) {
        case "error": case "invalid": return errors.has(id);
        case "warning": return warnings.has(id);
        case "unused": return outputsOf(component).length > 0 && !sources.has(id);
        case "disabled": return node.mode === "disabled";
        case "bypassed": return node.mode === "bypassed";
        case "pinned": return Object.keys(node.pins ?? {}).length > 0;
        case "collapsed": return searched.document.layout[id]?.collapsed === true;
        case "changed": case "invalidated": return node.regenerate === true;
        default: return searched.states.get(id) === term.value;
      }
      case "type": return kindsOf(searched, id).some((kind) => kind.includes(term.value));
      case "uses": return usedColumns(node.parameters).some((name) => name.toLowerCase() === term.value)
        || Object.values(searched.shapes[id] ?? {}).some((shape) => shape.label?.toLowerCase() === term.value);
      case "param": return hasParameter(node.parameters ?? {}, term.value);
      case "in": return Object.values(searched.document.groups ?? {}).some((group) =>
        group.nodes?.includes(id) && (group.title ?? "").toLowerCase().includes(term.value));
      case "note": return Object.values(searched.document.notes ?? {}).some((note) => note.node === id && (note.text ?? "").toLowerCase().includes(term.value));
      default: return [id, titleOf(searched.catalogue, node), component?.title ?? "", node.comment ?? ""]
        .some((words) => words.toLowerCase().includes(term.value));
    }
  };
  return readingOrder(searched.document).filter((id) => terms.every((term) => holds(id, term) !== term.not));
}

/** Component name, title and group; `learner`, `dataset` and the types of what it gives. */
function kindsOf({ catalogue, document }: Searched, id: string): readonly string[] {
  const node = document.nodes[id];
  const component = componentOf(catalogue, node);
  const types = outputsOf(component).map((port) => port.type);
  return [
    node?.component ?? "", component?.title ?? "", component?.group ?? "", ...types,
    ...(types.includes("untrained_model") ? ["learner"] : []), ...(node?.component === DATASET ? ["dataset"] : []),
  ].map((word) => word.toLowerCase());
}

/** Every text in the parameters: column names are among them, wherever a parameter keeps them. */
function usedColumns(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(usedColumns);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(usedColumns) : [];
}

/** `name`, `name=value`, `name>5`, `name<5`. */
function hasParameter(parameters: Readonly<Record<string, unknown>>, wanted: string): boolean {
  const [, name = "", sign, value = ""] = /^([^=<>]+)([=<>])?(.*)$/.exec(wanted) ?? [];
  return Object.entries(parameters).some(([key, now]) => {
    if (key.toLowerCase() !== name) return false;
    if (!sign) return now !== null && now !== "";
    if (sign === ">") return Number(now) > Number(value);
    if (sign === "<") return Number(now) < Number(value);
    return String(typeof now === "object" ? JSON.stringify(now) : now).toLowerCase() === value;
  });
}

const nodesWith = (problems: readonly Problem[], severity: "error" | "warning"): ReadonlySet<string> =>
  new Set(problems.filter((problem) => (problem.severity ?? "error") === severity).map((problem) => problem.where?.node ?? ""));
