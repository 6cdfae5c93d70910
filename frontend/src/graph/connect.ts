/** Which link is possible, and for every one that is not, the reason in words. */
import type { Component, Edge, GraphDocument, Port, PortType } from "@/api/types";
import { type Catalogue, componentOf, drawable, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { edgeAt, leadsTo } from "@/graph/document";
import { _ } from "@/i18n";

export type Side = "output" | "input";

/** One end of a link that is being drawn: an output looks for inputs, an input for outputs. */
export interface End {
  readonly node: string;
  readonly port: string;
  readonly side: Side;
}

export interface Verdict {
  readonly possible: boolean;
  readonly reason: string;
  /** The input has a link already, which a new one replaces. */
  readonly replaces: boolean;
}

export function typeName(type: PortType): string {
  switch (type) {
    case "table": return _("table");
    case "untrained_model": return _("untrained model");
    case "model": return _("trained model");
    case "transformation": return _("transformation");
    case "image_directory": return _("image directory");
    case "zip": return _("zip file");
    case "any": return _("anything");
  }
}

function withArticle(type: PortType): string {
  switch (type) {
    case "table": return _("a table");
    case "untrained_model": return _("an untrained model");
    case "model": return _("a trained model");
    case "transformation": return _("a transformation");
    case "image_directory": return _("an image directory");
    case "zip": return _("a zip file");
    case "any": return _("anything");
  }
}

export const fits = (output: PortType, input: PortType): boolean =>
  output === input || output === "any" || input === "any";

export function taskName(task: string): string {
  switch (task) {
    case "regression": return _("regression");
    case "quantile": return _("quantile regression");
    case "two_class": return _("two-class classification");
    case "multiclass": return _("multi-class classification");
    case "clustering": return _("clustering");
    case "anomaly": return _("anomaly detection");
    case "recommendation": return _("recommendation");
    case "image": return _("images");
    default: return task;
  }
}

/** The tasks that a port is for: its own, else those of its component; none means all, or not known yet. */
const tasksOf = (component: Component | undefined, port: Port): readonly string[] =>
  port.tasks?.length ? port.tasks : component?.task ? [component.task] : [];

/** Why a learner or model is for the wrong task; empty where it fits. */
function taskFault(from: Component | undefined, output: Port, input: Port): string {
  const given = tasksOf(from, output);
  const wanted = input.tasks ?? [];
  if (!given.length || !wanted.length || given.some((task) => wanted.includes(task))) return "";
  return _("“%(input)s” is for %(wanted)s; “%(output)s” is for %(given)s.", {
    input: input.label, wanted: wanted.map(taskName).join(", "), output: from?.title ?? output.label, given: given.map(taskName).join(", "),
  });
}

export function portOf(catalogue: Catalogue, document: GraphDocument, end: End): Port | undefined {
  const component = componentOf(catalogue, document.nodes[end.node]);
  const ports = end.side === "output" ? outputsOf(component) : inputsOf(component);
  return ports.find((port) => port.name === end.port);
}

/** The link between two ends, whichever way it was drawn; `null` if both are of one side. */
export function edgeBetween(a: End, b: End): Edge | null {
  if (a.side === b.side) return null;
  const [from, to] = a.side === "output" ? [a, b] : [b, a];
  return { source: from.node, source_port: from.port, target: to.node, target_port: to.port };
}

export function judge(catalogue: Catalogue, document: GraphDocument, a: End, b: End): Verdict {
  const edge = edgeBetween(a, b);
  if (a.node === b.node) return no(_("A step cannot feed itself."));
  if (!edge) {
    return no(a.side === "output" ? _("An output connects to an input, not to another output.")
      : _("An input connects to an output, not to another input."));
  }
  const output = portOf(catalogue, document, { node: edge.source, port: edge.source_port, side: "output" });
  const input = portOf(catalogue, document, { node: edge.target, port: edge.target_port, side: "input" });
  if (!output || !input) return no(_("This port is not part of the component any more."));
  if (!fits(output.type, input.type)) {
    return no(_("“%(input)s” takes %(wanted)s; “%(output)s” gives %(given)s.", {
      input: input.label, wanted: withArticle(input.type), output: output.label, given: withArticle(output.type),
    }));
  }
  const fault = taskFault(componentOf(catalogue, document.nodes[edge.source]), output, input);
  if (fault) return no(fault);
  if (leadsTo(document, edge.target, edge.source)) {
    return no(_("This would make a circle: %(target)s already comes before %(source)s.", {
      target: name(catalogue, document, edge.target), source: name(catalogue, document, edge.source),
    }));
  }
  const old = edgeAt(document, edge.target, edge.target_port);
  return { possible: true, reason: "", replaces: old !== undefined };
}

/** The far ends on one node for a link that starts at `from`, each with its verdict. */
export function candidates(
  catalogue: Catalogue, document: GraphDocument, from: End, node: string,
): readonly { readonly end: End; readonly port: Port; readonly verdict: Verdict }[] {
  const component = componentOf(catalogue, document.nodes[node]);
  const side: Side = from.side === "output" ? "input" : "output";
  const ports = side === "input" ? inputsOf(component) : outputsOf(component);
  return ports.map((port) => {
    const end: End = { node, port: port.name, side };
    return { end, port, verdict: judge(catalogue, document, from, end) };
  });
}

/** Why no port of the node can take the link; empty if one can. */
export function whyNot(catalogue: Catalogue, document: GraphDocument, from: End, node: string): string {
  if (from.node === node) return _("A step cannot feed itself.");
  const offers = candidates(catalogue, document, from, node);
  if (offers.some((offer) => offer.verdict.possible)) return "";
  return offers[0]?.verdict.reason
    ?? (from.side === "output" ? _("This step has no inputs.") : _("This step has no outputs."));
}

/** The best free port first, then one whose link would be replaced. */
export function bestEnd(catalogue: Catalogue, document: GraphDocument, from: End, node: string): End | null {
  const possible = candidates(catalogue, document, from, node).filter((offer) => offer.verdict.possible);
  return (possible.find((offer) => !offer.verdict.replaces) ?? possible[0])?.end ?? null;
}

/** The components that a dangling link could go to (or come from), with the port that would take it. */
export function compatible(
  catalogue: Catalogue, document: GraphDocument, from: End,
): readonly { readonly component: string; readonly port: Port }[] {
  const own = portOf(catalogue, document, from);
  if (!own) return [];
  const mine = componentOf(catalogue, document.nodes[from.node]);
  return drawable(catalogue).flatMap((component) => {
    const ports = from.side === "output" ? inputsOf(component) : outputsOf(component);
    const port = ports.find((each) => (from.side === "output"
      ? fits(own.type, each.type) && !taskFault(mine, own, each)
      : fits(each.type, own.type) && !taskFault(component, each, own)));
    return port ? [{ component: component.name, port }] : [];
  });
}

const no = (reason: string): Verdict => ({ possible: false, reason, replaces: false });

function name(catalogue: Catalogue, document: GraphDocument, node: string): string {
  const drawn = document.nodes[node];
  return drawn ? titleOf(catalogue, drawn) : node;
}
