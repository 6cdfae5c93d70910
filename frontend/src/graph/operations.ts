/** Every change of a drawing as a pure function from document to document; what cannot be done changes nothing. */
import type { DrawnNode, Edge, GraphDocument, Json, Position } from "@/api/types";
import { edgeAt, edgeId, edgesInto, edgesOutOf } from "@/graph/document";

export interface Accepts {
  /** May a link go from this output to this input, as far as the types are concerned? */
  (source: string, sourcePort: string, target: string, targetPort: string): boolean;
}

export function addNode(document: GraphDocument, id: string, node: DrawnNode, at: Position): GraphDocument {
  if (document.nodes[id]) return document;
  return { ...document, nodes: { ...document.nodes, [id]: node }, layout: { ...document.layout, [id]: at } };
}

export function moveNodes(document: GraphDocument, to: Readonly<Record<string, Position>>): GraphDocument {
  const moved = Object.entries(to).filter(([id, at]) => {
    const now = document.layout[id];
    return document.nodes[id] !== undefined && (now?.x !== at.x || now.y !== at.y);
  });
  return moved.length ? { ...document, layout: { ...document.layout, ...Object.fromEntries(moved) } } : document;
}

/** An input takes one link: a new one replaces the old. */
export function connect(document: GraphDocument, edge: Edge): GraphDocument {
  if (!document.nodes[edge.source] || !document.nodes[edge.target]) return document;
  const old = edgeAt(document, edge.target, edge.target_port);
  if (old && edgeId(old) === edgeId(edge)) return document;
  return { ...document, edges: [...document.edges.filter((each) => each !== old), edge] };
}

export function disconnect(document: GraphDocument, ids: readonly string[]): GraphDocument {
  const gone = new Set(ids);
  const edges = document.edges.filter((edge) => !gone.has(edgeId(edge)));
  return edges.length === document.edges.length ? document : { ...document, edges };
}

export function deleteNodes(document: GraphDocument, ids: readonly string[]): GraphDocument {
  const gone = new Set(ids.filter((id) => document.nodes[id]));
  if (gone.size === 0) return document;
  return {
    ...document,
    nodes: without(document.nodes, gone),
    layout: without(document.layout, gone),
    edges: document.edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target)),
  };
}

/** Deletes the nodes one by one and links what fed each to what it fed, wherever the types allow. */
export function deleteAndReconnect(document: GraphDocument, ids: readonly string[], accepts: Accepts): GraphDocument {
  return ids.reduce((current, id) => bridge(current, id, accepts), document);
}

function bridge(document: GraphDocument, id: string, accepts: Accepts): GraphDocument {
  const sources = edgesInto(document, id);
  const targets = edgesOutOf(document, id);
  const rest = deleteNodes(document, [id]);
  return targets.reduce((current, out) => {
    const source = sources.find((each) => accepts(each.source, each.source_port, out.target, out.target_port));
    if (!source || edgeAt(current, out.target, out.target_port)) return current;
    return connect(current, {
      source: source.source, source_port: source.source_port, target: out.target, target_port: out.target_port,
    });
  }, rest);
}

export function setParameter(document: GraphDocument, id: string, name: string, value: Json): GraphDocument {
  return changeNode(document, id, (node) => ({ ...node, parameters: { ...node.parameters, [name]: value } }));
}

export const rename = (document: GraphDocument, id: string, title: string): GraphDocument =>
  changeNode(document, id, (node) => text(node, "title", title.trim()));

export const comment = (document: GraphDocument, id: string, words: string): GraphDocument =>
  changeNode(document, id, (node) => text(node, "comment", words));

function changeNode(document: GraphDocument, id: string, change: (node: DrawnNode) => DrawnNode): GraphDocument {
  const node = document.nodes[id];
  if (!node) return document;
  const changed = change(node);
  return JSON.stringify(changed) === JSON.stringify(node)
    ? document
    : { ...document, nodes: { ...document.nodes, [id]: changed } };
}

function text(node: DrawnNode, key: "title" | "comment", value: string): DrawnNode {
  const { [key]: _old, ...rest } = node;
  return value ? { ...rest, [key]: value } : rest;
}

function without<T>(record: Readonly<Record<string, T>>, gone: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !gone.has(key)));
}
