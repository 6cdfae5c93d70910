/** The drawing as nodes and edges of xyflow; what did not change stays the same object, so that its card is not drawn again. */
import { type Edge as FlowEdge, type Handle, MarkerType, type Node, Position as Side } from "@xyflow/react";
import { useMemo, useRef } from "react";
import type { DrawnNode, Edge, GraphDocument, Group, Note, Place } from "@/api/types";
import { useShown } from "@/designer/context";
import type { Look } from "@/designer/look";
import { type Catalogue, componentOf, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { portOf } from "@/graph/connect";
import { edgeId } from "@/graph/document";
import { rectOf } from "@/graph/marks";
import { CARD_WIDTH, PORT_SIZE, heightOf, portShare } from "@/graph/size";
import { _ } from "@/i18n";

export type CardNode = Node<{ readonly drawn: DrawnNode; readonly collapsed: boolean }, "card">;
export type NoteNode = Node<{ readonly note: Note }, "note">;
export type FrameNode = Node<{ readonly group: Group }, "frame">;
export type Drawn = CardNode | NoteNode | FrameNode;
export type Moved = Readonly<Record<string, Place>>;

export function useNodes(document: GraphDocument, moved: Moved): Drawn[] {
  const catalogue = useShown((state) => state.catalogue);
  const nodes = useShown((state) => state.nodes);
  const marks = useShown((state) => state.marks);
  const cache = useRef(new Map<string, Drawn>());
  return useMemo(() => {
    const chosen = new Set([...nodes, ...marks]);
    const next = new Map<string, Drawn>();
    for (const [id, group] of Object.entries(document.groups ?? {})) next.set(id, frameOf(document, id, group, moved[id], chosen.has(id), cache.current.get(id)));
    for (const [id, drawn] of Object.entries(document.nodes)) next.set(id, cardOf(catalogue, document, id, drawn, moved[id], chosen.has(id), cache.current.get(id)));
    for (const [id, note] of Object.entries(document.notes ?? {})) next.set(id, noteOf(document, id, note, moved[id], chosen.has(id), cache.current.get(id)));
    cache.current = next;
    return [...next.values()];
  }, [catalogue, document, moved, nodes, marks]);
}

function cardOf(
  catalogue: Catalogue, document: GraphDocument, id: string, drawn: DrawnNode, moved: Place | undefined, selected: boolean, old: Drawn | undefined,
): CardNode {
  const place = document.layout[id];
  const at = moved ?? place ?? { x: 0, y: 0 };
  const collapsed = place?.collapsed === true;
  const before = old?.type === "card" && old.data.drawn === drawn && old.data.collapsed === collapsed ? old : undefined;
  if (before && before.position.x === at.x && before.position.y === at.y && before.selected === selected) return before;
  const component = componentOf(catalogue, drawn);
  const height = heightOf(place);
  return {
    id, type: "card", position: { x: at.x, y: at.y }, selected, data: before?.data ?? { drawn, collapsed },
    width: CARD_WIDTH, height, measured: { width: CARD_WIDTH, height },
    handles: before?.handles ?? [
      ...handlesOf(inputsOf(component), "target", height), ...handlesOf(outputsOf(component), "source", height),
    ],
    ariaLabel: titleOf(catalogue, drawn),
  };
}

/** Where the ports are, told beforehand: edges to cards that are out of sight need it. */
function handlesOf(ports: readonly { readonly name: string }[], type: Handle["type"], height: number): Omit<Handle, "nodeId">[] {
  return ports.map((port, index) => ({
    id: port.name, type, position: type === "target" ? Side.Top : Side.Bottom, width: PORT_SIZE, height: PORT_SIZE,
    x: portShare(index, ports.length) * CARD_WIDTH - PORT_SIZE / 2,
    y: (type === "target" ? 0 : height) - PORT_SIZE / 2,
  })) as Omit<Handle, "nodeId">[];
}

function noteOf(document: GraphDocument, id: string, note: Note, moved: Place | undefined, selected: boolean, old: Drawn | undefined): NoteNode {
  const box = boxOf(document, id, moved);
  if (old?.type === "note" && old.data.note === note && isSameBox(old, box) && old.selected === selected) return old;
  return {
    id, type: "note", position: { x: box.x, y: box.y }, selected, zIndex: 5, data: old?.type === "note" && old.data.note === note ? old.data : { note },
    width: box.width, height: box.height, measured: { width: box.width, height: box.height }, ariaLabel: _("Note"), dragHandle: ".note-grip",
  };
}

function frameOf(document: GraphDocument, id: string, group: Group, moved: Place | undefined, selected: boolean, old: Drawn | undefined): FrameNode {
  const box = boxOf(document, id, moved);
  if (old?.type === "frame" && old.data.group === group && isSameBox(old, box) && old.selected === selected) return old;
  return {
    id, type: "frame", position: { x: box.x, y: box.y }, selected, zIndex: -1, data: old?.type === "frame" && old.data.group === group ? old.data : { group },
    width: box.width, height: box.height, measured: { width: box.width, height: box.height }, dragHandle: ".frame-head", ariaLabel: group.title || _("Group"),
  };
}

const boxOf = (document: GraphDocument, id: string, moved: Place | undefined): { x: number; y: number; width: number; height: number } =>
  ({ ...rectOf(document, id), ...moved });

const isSameBox = (old: Drawn, box: { x: number; y: number; width: number; height: number }): boolean =>
  old.position.x === box.x && old.position.y === box.y && old.width === box.width && old.height === box.height;

export function useEdges(document: GraphDocument): FlowEdge[] {
  const catalogue = useShown((state) => state.catalogue);
  const selected = useShown((state) => state.edges);
  const links = useShown((state) => state.look.links);
  const cache = useRef<{ links: Look["links"]; lines: Map<Edge, FlowEdge> }>({ links, lines: new Map() });
  return useMemo(() => {
    const chosen = new Set(selected);
    const old = cache.current.links === links ? cache.current.lines : new Map<Edge, FlowEdge>();
    const next = new Map<Edge, FlowEdge>();
    for (const edge of document.edges) {
      const isOff = Boolean(document.nodes[edge.source]?.mode === "disabled" || document.nodes[edge.target]?.mode === "disabled");
      const before = old.get(edge);
      const isSame = before && before.selected === chosen.has(edgeId(edge)) && before.data?.["isOff"] === isOff;
      next.set(edge, isSame ? before : lineOf(catalogue, document, edge, chosen.has(edgeId(edge)), links, isOff));
    }
    cache.current = { links, lines: next };
    return [...next.values()];
  }, [catalogue, document, selected, links]);
}

function lineOf(catalogue: Catalogue, document: GraphDocument, edge: Edge, selected: boolean, links: Look["links"], isOff: boolean): FlowEdge {
  const port = portOf(catalogue, document, { node: edge.source, port: edge.source_port, side: "output" });
  const name = (id: string): string => { const node = document.nodes[id]; return node ? titleOf(catalogue, node) : id; };
  return {
    id: edgeId(edge), source: edge.source, target: edge.target, sourceHandle: edge.source_port,
    targetHandle: edge.target_port, selected, type: links === "square" ? "smoothstep" : "default", data: { isOff },
    className: `line type-${port?.type ?? "any"}${links === "hidden" && !selected ? " is-hidden" : ""}${isOff ? " is-off" : ""}`, interactionWidth: 18,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--c-line)" },
    ariaLabel: _("Link from %(source)s to %(target)s", { source: name(edge.source), target: name(edge.target) }),
  };
}
