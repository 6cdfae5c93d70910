/** The drawing itself: gestures come in here and leave as acts of the designer. */
import {
  Background, BackgroundVariant, ConnectionLineType, ConnectionMode, type Edge as FlowEdge, type EdgeChange,
  type FinalConnectionState, type Handle, MarkerType, type NodeChange, Position as Side, ReactFlow, ReactFlowProvider,
  type ReactFlowInstance, SelectionMode, type Viewport, getViewportForBounds, useReactFlow, useStore,
} from "@xyflow/react";
import { type DragEvent, type JSX, type MouseEvent as ReactMouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Edge, GraphDocument, Position } from "@/api/types";
import { Card, type CardNode } from "@/canvas/Card";
import { FarView } from "@/canvas/FarView";
import { boundsOf, sceneOf } from "@/canvas/scene";
import { Overview } from "@/canvas/Overview";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import type { Designer, Source } from "@/designer/designer";
import { type Catalogue, componentOf, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { bestEnd, edgeBetween, type End, judge, portOf } from "@/graph/connect";
import { edgeId } from "@/graph/document";
import { CARD_HEIGHT, CARD_WIDTH, GRID, PORT_SIZE, portShare, snap } from "@/graph/size";
import { _ } from "@/i18n";

export const DRAG_TYPE = "application/x-mlops-source";

const NODE_TYPES = { card: Card };
const FIT = { padding: 0.15, maxZoom: 1, duration: 200 };
const SNAP: [number, number] = [GRID, GRID];
const PRO = { hideAttribution: true };
const NO_CARDS: CardNode[] = [];
const NO_LINES: FlowEdge[] = [];
const NOTHING: Readonly<Record<string, Position>> = {};

export function Canvas(): JSX.Element {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

function Flow(): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const canEdit = useShown((state) => state.canEdit);
  const isLinking = useShown((state) => state.linking !== null);
  const [dragged, setDragged] = useState(NOTHING);
  const isTouch = useTouch();
  const replugged = useRef<string | null>(null);
  const isFar = useIsFar(document);
  const nodes = useNodes(document, dragged);
  const edges = useEdges(document);
  useViewport(designer);

  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    applySelection(designer, changes, "nodes");
    const moved = changes.flatMap((change) =>
      change.type === "position" && change.position ? [[change.id, change.position] as const] : []);
    if (moved.length) setDragged((before) => ({ ...before, ...Object.fromEntries(moved) }));
  }, [designer]);
  const onEdgesChange = useCallback((changes: EdgeChange[]) => applySelection(designer, changes, "edges"), [designer]);
  const onDragStop = useCallback((_event: unknown, _node: unknown, all: readonly CardNode[]) => {
    designer.move(Object.fromEntries(all.map((node) => [node.id, { x: snap(node.position.x), y: snap(node.position.y) }])));
    setDragged(NOTHING);
  }, [designer]);

  return (
    <div
      className={`canvas${isLinking ? " is-linking" : ""}`} data-testid="canvas"
      onDragOver={(event) => allowDrop(event, canEdit)} onDrop={(event) => drop(designer, event)}
      onDoubleClick={(event) => quickAdd(designer, event)}
    >
      <ReactFlow<CardNode>
        nodes={isFar ? NO_CARDS : nodes} edges={isFar ? NO_LINES : edges} nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange} onEdgesChange={onEdgesChange}
        onNodeDragStop={onDragStop} onSelectionDragStop={(event, all) => onDragStop(event, null, all)}
        onConnectStart={(_event, { nodeId, handleId, handleType }) =>
          nodeId && handleId && designer.beginLink({ node: nodeId, port: handleId, side: handleType === "source" ? "output" : "input" })}
        onConnectEnd={(event, connection) => (replugged.current ? designer.endLink() : endConnection(designer, event, connection))}
        onReconnectStart={(_event, edge) => { replugged.current = edge.id; }}
        onReconnectEnd={(_event, edge, _type, connection) => {
          replugged.current = null;
          if (!connection.toHandle && !connection.toNode) designer.disconnect([edge.id]);
        }}
        isValidConnection={(connection) => isPossible(designer, connection)}
        onReconnect={(old, connection) => reconnect(designer, old, connection)}
        onPaneContextMenu={(event) => openMenu(designer, event)}
        onNodeContextMenu={(event, node) => { chooseFor(designer, node.id); openMenu(designer, event); }}
        onEdgeContextMenu={(event, edge) => { designer.select([], [edge.id]); openMenu(designer, event); }}
        onSelectionContextMenu={(event) => openMenu(designer, event)}
        onPaneClick={() => designer.openMenu(null)}
        onMoveStart={() => designer.openMenu(null)}
        nodesDraggable={canEdit} nodesConnectable={canEdit} edgesReconnectable={canEdit}
        connectionMode={ConnectionMode.Strict} connectionLineType={ConnectionLineType.Bezier} connectionRadius={28}
        connectOnClick={false} connectionDragThreshold={3} nodeDragThreshold={2}
        snapToGrid snapGrid={SNAP} onlyRenderVisibleElements elevateNodesOnSelect={false}
        selectionOnDrag={!isTouch} panOnDrag={isTouch ? true : [1]} selectionMode={SelectionMode.Partial}
        selectionKeyCode={null} multiSelectionKeyCode={["Shift", "Control", "Meta"]} panActivationKeyCode="Space"
        panOnScroll zoomOnScroll={false} zoomOnPinch zoomActivationKeyCode={["Control", "Meta"]} zoomOnDoubleClick={false}
        deleteKeyCode={null} disableKeyboardA11y nodesFocusable={false} edgesFocusable={false}
        minZoom={0.02} maxZoom={2} onInit={(flow) => firstLook(designer, flow)} proOptions={PRO}
      >
        {isFar ? null : <Background variant={BackgroundVariant.Dots} gap={GRID * 3} size={1} />}
        {isFar ? <FarView /> : null}
        <Overview />
      </ReactFlow>
      {Object.keys(document.nodes).length === 0 ? <Empty /> : null}
    </div>
  );
}

const LARGE = 300;
const FAR = 0.3;

/** A large drawing from afar is painted instead of built. */
function useIsFar(document: GraphDocument): boolean {
  const isLarge = useMemo(() => Object.keys(document.nodes).length > LARGE, [document.nodes]);
  return useStore((state) => isLarge && state.transform[2] < FAR);
}

function Empty(): JSX.Element {
  const canEdit = useShown((state) => state.canEdit);
  return (
    <div className="canvas-empty">
      <p>{_("Nothing is drawn yet.")}</p>
      {canEdit ? <p>{_("Drag a dataset from the left, press N, or double-click here to add the first step.")}</p> : null}
    </div>
  );
}

// -- document to view --------------------------------------------------------------------------------------------

function useNodes(document: GraphDocument, dragged: Readonly<Record<string, Position>>): CardNode[] {
  const catalogue = useShown((state) => state.catalogue);
  const selected = useShown((state) => state.nodes);
  const cache = useRef(new Map<string, CardNode>());
  return useMemo(() => {
    const chosen = new Set(selected);
    const next = new Map<string, CardNode>();
    for (const [id, drawn] of Object.entries(document.nodes)) {
      const at = dragged[id] ?? document.layout[id] ?? { x: 0, y: 0 };
      const old = cache.current.get(id);
      const isSame = old?.data.drawn === drawn && old.position.x === at.x && old.position.y === at.y
        && old.selected === chosen.has(id);
      next.set(id, isSame ? old : cardOf(catalogue, id, document, at, chosen.has(id), old));
    }
    cache.current = next;
    return [...next.values()];
  }, [catalogue, document, dragged, selected]);
}

function cardOf(
  catalogue: Catalogue, id: string, document: GraphDocument, position: Position, selected: boolean, old?: CardNode,
): CardNode {
  const drawn = document.nodes[id] as CardNode["data"]["drawn"];
  const sameDrawn = old?.data.drawn === drawn;
  const component = componentOf(catalogue, drawn);
  return {
    id, type: "card", position, selected,
    data: sameDrawn ? old.data : { drawn },
    width: CARD_WIDTH, height: CARD_HEIGHT, measured: { width: CARD_WIDTH, height: CARD_HEIGHT },
    handles: sameDrawn && old.handles ? old.handles : [
      ...handlesOf(inputsOf(component), "target", Side.Top), ...handlesOf(outputsOf(component), "source", Side.Bottom),
    ],
    ariaLabel: titleOf(catalogue, drawn),
  };
}

/** Where the ports are, told beforehand: edges to cards that are out of sight need it. */
function handlesOf(ports: readonly { readonly name: string }[], type: Handle["type"], position: Side): Omit<Handle, "nodeId">[] {
  return ports.map((port, index) => ({
    id: port.name, type, position, width: PORT_SIZE, height: PORT_SIZE,
    x: portShare(index, ports.length) * CARD_WIDTH - PORT_SIZE / 2,
    y: (position === Side.Top ? 0 : CARD_HEIGHT) - PORT_SIZE / 2,
  })) as Omit<Handle, "nodeId">[];
}

function useEdges(document: GraphDocument): FlowEdge[] {
  const catalogue = useShown((state) => state.catalogue);
  const selected = useShown((state) => state.edges);
  const cache = useRef(new Map<Edge, FlowEdge>());
  return useMemo(() => {
    const chosen = new Set(selected);
    const next = new Map<Edge, FlowEdge>();
    for (const edge of document.edges) {
      const id = edgeId(edge);
      const old = cache.current.get(edge);
      next.set(edge, old && old.selected === chosen.has(id) ? old : lineOf(catalogue, document, edge, chosen.has(id)));
    }
    cache.current = next;
    return [...next.values()];
  }, [catalogue, document, selected]);
}

function lineOf(catalogue: Catalogue, document: GraphDocument, edge: Edge, selected: boolean): FlowEdge {
  const port = portOf(catalogue, document, { node: edge.source, port: edge.source_port, side: "output" });
  return {
    id: edgeId(edge), source: edge.source, target: edge.target, sourceHandle: edge.source_port,
    targetHandle: edge.target_port, selected, className: `line type-${port?.type ?? "any"}`, interactionWidth: 18,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--c-line)" },
  };
}

function useViewport(designer: Designer): void {
  const flow = useReactFlow();
  useEffect(() => {
    designer.viewport = {
      centre: () => {
        const box = window.document.querySelector(".canvas")?.getBoundingClientRect();
        return box ? flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 }) : { x: 0, y: 0 };
      },
      at: (screen) => flow.screenToFlowPosition(screen),
      fit: () => {
        const view = wholeView(designer, 0.02);
        if (view) void flow.setViewport(view, { duration: 200 });
      },
      enter: (node) => {
        const at = designer.document.layout[node];
        if (at) void flow.setCenter(at.x + CARD_WIDTH / 2, at.y + CARD_HEIGHT / 2, { zoom: 0.9, duration: 200 });
      },
      actualSize: () => void flow.zoomTo(1, { duration: 200 }),
      zoom: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: 120 }),
      show: (node) => reveal(designer, flow, node),
    };
    return () => {
      designer.viewport = null;
    };
  }, [designer, flow]);
}

const READABLE = 0.4;

/** A small drawing opens whole, a large one readable. */
function firstLook(designer: Designer, flow: ReactFlowInstance<CardNode>): void {
  const view = wholeView(designer, READABLE);
  if (view) void flow.setViewport(view);
}

/** Reckoned from the document: cards out of sight are not there to be measured. */
function wholeView(designer: Designer, least: number): Viewport | null {
  const box = window.document.querySelector(".canvas")?.getBoundingClientRect();
  const { cards, frames, notes } = sceneOf(designer.catalogue, designer.document);
  const bounds = boundsOf([...cards, ...frames, ...notes]);
  return box && bounds ? getViewportForBounds(bounds, box.width, box.height, least, 1, FIT.padding) : null;
}

/** Moves the picture only if the card is not in it. */
function reveal(designer: Designer, flow: ReturnType<typeof useReactFlow>, node: string): void {
  const at = designer.document.layout[node];
  const box = window.document.querySelector(".canvas")?.getBoundingClientRect();
  if (!at || !box) return;
  const from = flow.flowToScreenPosition(at);
  const to = flow.flowToScreenPosition({ x: at.x + CARD_WIDTH, y: at.y + CARD_HEIGHT });
  if (from.x >= box.left && from.y >= box.top && to.x <= box.right && to.y <= box.bottom) return;
  void flow.setCenter(at.x + CARD_WIDTH / 2, at.y + CARD_HEIGHT / 2, { zoom: Math.max(flow.getZoom(), 0.5), duration: 0 });
}

/** A finger pans, a mouse selects: told by what touches the canvas. */
function useTouch(): boolean {
  const [isTouch, setTouch] = useState(() => window.matchMedia("(pointer: coarse)").matches);
  useEffect(() => {
    const onPointer = (event: PointerEvent): void => setTouch(event.pointerType === "touch");
    window.addEventListener("pointerdown", onPointer, { capture: true });
    return () => window.removeEventListener("pointerdown", onPointer, { capture: true });
  }, []);
  return isTouch;
}

// -- gestures to acts --------------------------------------------------------------------------------------------

function applySelection(designer: Designer, changes: readonly { type: string }[], of: "nodes" | "edges"): void {
  const selects = changes.filter((change): change is { type: "select"; id: string; selected: boolean } => change.type === "select");
  if (selects.length === 0) return;
  const chosen = new Set(designer.state[of]);
  for (const change of selects) {
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  const { nodes, edges } = designer.state;
  designer.select(of === "nodes" ? [...chosen] : nodes, of === "edges" ? [...chosen] : edges);
}

interface Linked {
  readonly source: string;
  readonly target: string;
  readonly sourceHandle?: string | null;
  readonly targetHandle?: string | null;
}

const endsOf = (link: Linked): readonly [End, End] => [
  { node: link.source, port: link.sourceHandle ?? "", side: "output" },
  { node: link.target, port: link.targetHandle ?? "", side: "input" },
];

function isPossible(designer: Designer, link: Linked): boolean {
  return judge(designer.catalogue, designer.document, ...endsOf(link)).possible;
}

function reconnect(designer: Designer, old: FlowEdge, link: Linked): void {
  const [from, to] = endsOf(link);
  designer.replug(old.id, from, to);
}

/** On a port: link, or say why not. On a card: its best port. On empty canvas: offer what would fit. */
function endConnection(designer: Designer, event: MouseEvent | TouchEvent, connection: FinalConnectionState): void {
  const from = designer.state.linking;
  designer.endLink();
  if (!from) return;
  if (connection.toHandle?.id) {
    designer.link(from, {
      node: connection.toHandle.nodeId, port: connection.toHandle.id,
      side: connection.toHandle.type === "source" ? "output" : "input",
    });
    return;
  }
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  if (!point) return;
  const under = window.document.elementFromPoint(point.clientX, point.clientY);
  const card = under?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
  if (card) return linkToCard(designer, from, card);
  if (under?.closest(".react-flow__pane, .react-flow__edges")) {
    designer.openDialog({ kind: "add", from, at: toFlow(designer, point.clientX, point.clientY) });
  }
}

function linkToCard(designer: Designer, from: End, card: string): void {
  if (card === from.node) return;
  const end = bestEnd(designer.catalogue, designer.document, from, card);
  if (end && edgeBetween(from, end)) designer.link(from, end);
  else designer.tellWhyNot(from, card);
}

function toFlow(designer: Designer, x: number, y: number): Position {
  return designer.viewport?.at({ x, y }) ?? { x: 0, y: 0 };
}

function allowDrop(event: DragEvent, canEdit: boolean): void {
  if (!canEdit || !event.dataTransfer.types.includes(DRAG_TYPE)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

function drop(designer: Designer, event: DragEvent): void {
  const text = event.dataTransfer.getData(DRAG_TYPE);
  if (!text) return;
  event.preventDefault();
  const at = toFlow(designer, event.clientX, event.clientY);
  designer.add(JSON.parse(text) as Source, { x: at.x - CARD_WIDTH / 2, y: at.y - CARD_HEIGHT / 2 });
}

function quickAdd(designer: Designer, event: ReactMouseEvent): void {
  if (!designer.state.canEdit || !(event.target instanceof Element) || !event.target.matches(".react-flow__pane, .canvas-empty, .canvas-empty *")) return;
  designer.openDialog({ kind: "add", from: null, at: toFlow(designer, event.clientX, event.clientY) });
}

function chooseFor(designer: Designer, node: string): void {
  if (!designer.state.nodes.includes(node)) designer.select([node], []);
}

function openMenu(designer: Designer, event: ReactMouseEvent | MouseEvent): void {
  event.preventDefault();
  designer.openMenu({ x: event.clientX, y: event.clientY, flow: toFlow(designer, event.clientX, event.clientY) });
}
