/** The yardstick of the benchmark: @xyflow/react as its first example has it, with the drawing of `document.json`. */
import { Background, Controls, MiniMap, ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
import { type JSX } from "react";
import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/style.css";
import type { GraphDocument } from "../../src/api/types";

function Plain({ document: drawn }: { readonly document: GraphDocument }): JSX.Element {
  const [nodes, , onNodesChange] = useNodesState(Object.entries(drawn.nodes).map(([id, node]) => (
    { id, position: drawn.layout[id] ?? { x: 0, y: 0 }, data: { label: node.title || node.component } }
  )));
  const [edges, , onEdgesChange] = useEdgesState(drawn.edges.map((edge) => (
    { id: `${edge.source}.${edge.source_port}-${edge.target}.${edge.target_port}`, source: edge.source, target: edge.target }
  )));
  return (
    <ReactFlow nodes={nodes} edges={edges} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange} fitView minZoom={0.05}>
      <Background /><Controls /><MiniMap />
    </ReactFlow>
  );
}

void fetch("document.json").then((answer) => answer.json()).then((drawn: GraphDocument) => {
  createRoot(document.getElementById("root") as HTMLElement).render(<Plain document={drawn} />);
});
