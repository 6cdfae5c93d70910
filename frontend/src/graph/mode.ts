/** What a step does in a run: nothing (disabled), pass its input on (bypassed), stand still on kept results (pinned), run anew. */
import type { DrawnNode, GraphDocument, Pin } from "@/api/types";

export type Mode = "disabled" | "bypassed";

/** Sets the mode on all, or takes it away where all have it. */
export function toggleMode(document: GraphDocument, ids: readonly string[], mode: Mode): GraphDocument {
  const chosen = ids.filter((id) => document.nodes[id]);
  const all = chosen.every((id) => document.nodes[id]?.mode === mode);
  return changed(document, chosen, (node) => (all ? without(node, "mode") : { ...node, mode }));
}

export function toggleRegenerate(document: GraphDocument, ids: readonly string[]): GraphDocument {
  const chosen = ids.filter((id) => document.nodes[id]);
  const all = chosen.every((id) => document.nodes[id]?.regenerate);
  return changed(document, chosen, (node) => (all ? without(node, "regenerate") : { ...node, regenerate: true }));
}

/** `pin` of null takes the pin of the port away. */
export function setPin(document: GraphDocument, id: string, port: string, pin: Pin | null): GraphDocument {
  return changed(document, [id], (node) => {
    const { [port]: _old, ...rest } = node.pins ?? {};
    const pins = pin ? { ...rest, [port]: pin } : rest;
    return Object.keys(pins).length ? { ...node, pins } : without(node, "pins");
  });
}

export const isPinned = (node: DrawnNode | undefined): boolean => Object.keys(node?.pins ?? {}).length > 0;

export function collapse(document: GraphDocument, ids: readonly string[]): GraphDocument {
  const chosen = ids.filter((id) => document.nodes[id]);
  const all = chosen.every((id) => document.layout[id]?.collapsed);
  const layout = { ...document.layout };
  for (const id of chosen) {
    const { collapsed: _old, ...place } = document.layout[id] ?? { x: 0, y: 0 };
    layout[id] = all ? place : { ...place, collapsed: true };
  }
  return chosen.length ? { ...document, layout } : document;
}

function changed(document: GraphDocument, ids: readonly string[], change: (node: DrawnNode) => DrawnNode): GraphDocument {
  const nodes = { ...document.nodes };
  for (const id of ids) {
    const node = document.nodes[id];
    if (node) nodes[id] = change(node);
  }
  return ids.length ? { ...document, nodes } : document;
}

function without(node: DrawnNode, key: "mode" | "regenerate" | "pins"): DrawnNode {
  const { [key]: _old, ...rest } = node;
  return rest;
}
