/** The drawing itself: gestures come in here and leave as acts of the designer. */
import {
  Background, BackgroundVariant, ConnectionLineType, ConnectionMode, type Edge as FlowEdge, type EdgeChange, type NodeChange,
  ReactFlow, ReactFlowProvider, SelectionMode, useStore,
} from "@xyflow/react";
import { type JSX, type MouseEvent as ReactMouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { GraphDocument } from "@/api/types";
import { Card } from "@/canvas/Card";
import { useDragging } from "@/canvas/dragging";
import { allowDrop, drop } from "@/canvas/dropping";
import { leave, rest } from "@/canvas/fading";
import { FarView } from "@/canvas/FarView";
import { type Drawn, useEdges, useNodes } from "@/canvas/flow";
import { Frame } from "@/canvas/Frame";
import { Guides } from "@/canvas/Guides";
import { endConnection, isPossible, reconnect, toFlow } from "@/canvas/linking";
import { NoteCard } from "@/canvas/NoteCard";
import { NoteLines } from "@/canvas/NoteLines";
import { Overview } from "@/canvas/Overview";
import { sliceOn } from "@/canvas/slicing";
import { Toolbox } from "@/canvas/Toolbox";
import { firstLook, LEAST_ZOOM, MOST_ZOOM, moved, useViewport } from "@/canvas/viewport";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import type { Designer } from "@/designer/designer";
import { GRID } from "@/graph/size";
import { _ } from "@/i18n";

const NODE_TYPES = { card: Card, note: NoteCard, frame: Frame };
const SNAP: [number, number] = [GRID, GRID];
const PRO = { hideAttribution: true };
const NO_NODES: Drawn[] = [];
const NO_LINES: FlowEdge[] = [];
const LARGE = 300;
const FAR = 0.3;
const SMALL = 0.6;

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
  const look = useShown((state) => state.look);
  const isTouch = useTouch();
  const isAlt = useAlt();
  const isFar = useIsFar(document);
  const isSmall = useStore((state) => state.transform[2] < SMALL);
  const replugged = useRef<string | null>(null);
  const surface = useRef<HTMLDivElement>(null);
  const dragging = useDragging(designer, isAlt);
  const nodes = useNodes(document, dragging.moved);
  const edges = useEdges(document);
  useViewport(designer);
  useEffect(() => (surface.current ? sliceOn(designer, surface.current) : undefined), [designer]);

  const onNodesChange = useCallback((changes: NodeChange<Drawn>[]) => {
    applySelection(designer, changes, "nodes");
    dragging.take(changes);
  }, [designer, dragging]);
  const onEdgesChange = useCallback((changes: EdgeChange[]) => applySelection(designer, changes, "edges"), [designer]);
  const wheelZooms = look.wheel === "mouse";

  return (
    <div
      ref={surface} className={`canvas${isLinking ? " is-linking" : ""}${isSmall ? " is-small" : ""}`} data-testid="canvas"
      onDragOver={(event) => allowDrop(event, canEdit)} onDrop={(event) => drop(designer, event)}
      onDoubleClick={(event) => quickAdd(designer, event)}
    >
      <ReactFlow<Drawn>
        nodes={isFar ? NO_NODES : nodes} edges={isFar ? NO_LINES : edges} nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange} onEdgesChange={onEdgesChange}
        onNodeDragStart={dragging.start} onNodeDragStop={dragging.stop}
        onSelectionDragStart={dragging.start} onSelectionDragStop={dragging.stop}
        onNodeMouseEnter={(_event, node) => node.type === "card" && rest(designer, node.id)} onNodeMouseLeave={leave}
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
        onNodeContextMenu={(event, node) => { chooseFor(designer, node); openMenu(designer, event); }}
        onEdgeContextMenu={(event, edge) => { designer.select([], [edge.id]); openMenu(designer, event); }}
        onSelectionContextMenu={(event) => openMenu(designer, event)}
        onPaneClick={() => designer.openMenu(null)}
        onMoveStart={() => { leave(); if (designer.state.menu) designer.openMenu(null); }}
        onMoveEnd={(event, view) => moved(designer, event, view)}
        nodesDraggable={canEdit} nodesConnectable={canEdit} edgesReconnectable={canEdit}
        connectionMode={ConnectionMode.Strict} connectionRadius={28}
        connectionLineType={look.links === "square" ? ConnectionLineType.SmoothStep : ConnectionLineType.Bezier}
        connectOnClick={false} connectionDragThreshold={3} nodeDragThreshold={2}
        snapToGrid={look.snap === "on" && !isAlt} snapGrid={SNAP} onlyRenderVisibleElements elevateNodesOnSelect={false}
        selectionOnDrag={!isTouch} panOnDrag={isTouch ? true : [1]} selectionMode={isAlt ? SelectionMode.Full : SelectionMode.Partial}
        selectionKeyCode={null} multiSelectionKeyCode={["Shift", "Control", "Meta"]} panActivationKeyCode="Space"
        panOnScroll={!wheelZooms} zoomOnScroll={wheelZooms} zoomOnPinch zoomActivationKeyCode={["Control", "Meta"]} zoomOnDoubleClick={false}
        deleteKeyCode={null} disableKeyboardA11y nodesFocusable={false} edgesFocusable={false}
        minZoom={LEAST_ZOOM} maxZoom={MOST_ZOOM} onInit={(flow) => firstLook(designer, flow)} proOptions={PRO}
      >
        {isFar ? <FarView /> : <Background variant={BackgroundVariant.Dots} gap={GRID * 3} size={1} />}
        {isFar ? null : <NoteLines moved={dragging.moved} />}
        <Guides guides={dragging.guides} />
        <Overview />
        <Toolbox />
      </ReactFlow>
      {Object.keys(document.nodes).length === 0 ? <Empty /> : null}
    </div>
  );
}

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
      {canEdit ? <p>{_("Drag a dataset from the left, press N, double-click here, or drop a CSV or Parquet file to add the first step.")}</p> : null}
    </div>
  );
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

/** Alt: a box takes only what it encloses, a dragged card goes where it likes. */
function useAlt(): boolean {
  const [isAlt, setAlt] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    const on = (event: KeyboardEvent | PointerEvent): void => setAlt(event.altKey);
    for (const type of ["keydown", "keyup", "pointerdown"] as const) window.addEventListener(type, on, { capture: true, signal: end.signal });
    window.addEventListener("blur", () => setAlt(false), { signal: end.signal });
    return () => end.abort();
  }, []);
  return isAlt;
}

// -- gestures to acts --------------------------------------------------------------------------------------------

/** Steps, notes and frames are nodes alike for xyflow; the designer keeps them apart. */
function applySelection(designer: Designer, changes: readonly { type: string }[], of: "nodes" | "edges"): void {
  const selects = changes.filter((change): change is { type: "select"; id: string; selected: boolean } => change.type === "select");
  if (selects.length === 0) return;
  const { nodes, edges, marks, history } = designer.state;
  const chosen = new Set(of === "nodes" ? [...nodes, ...marks] : edges);
  for (const change of selects) {
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  if (of === "edges") return designer.select(nodes, [...chosen], marks);
  const isStep = (id: string): boolean => history.present.nodes[id] !== undefined;
  designer.select([...chosen].filter(isStep), edges, [...chosen].filter((id) => !isStep(id)));
}

function quickAdd(designer: Designer, event: ReactMouseEvent): void {
  if (!designer.state.canEdit || !(event.target instanceof Element) || !event.target.matches(".react-flow__pane, .canvas-empty, .canvas-empty *")) return;
  designer.openDialog({ kind: "add", from: null, at: toFlow(designer, event.clientX, event.clientY) });
}

function chooseFor(designer: Designer, { id, type }: Drawn): void {
  const { nodes, marks } = designer.state;
  if (type === "card" ? nodes.includes(id) : marks.includes(id)) return;
  designer.select(type === "card" ? [id] : [], [], type === "card" ? [] : [id]);
}

function openMenu(designer: Designer, event: ReactMouseEvent | MouseEvent): void {
  event.preventDefault();
  designer.openMenu({ x: event.clientX, y: event.clientY, flow: toFlow(designer, event.clientX, event.clientY) });
}
