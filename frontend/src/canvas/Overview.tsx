/** The whole drawing small, on one <canvas>: where the steps are, what state they have, and what part is seen. */
import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { type JSX, type PointerEvent, useEffect, useRef } from "react";
import { useDocument, useShown } from "@/designer/context";
import { isBlocking } from "@/designer/state";
import { CARD_HEIGHT, CARD_WIDTH } from "@/graph/size";

const WIDTH = 168;
const HEIGHT = 112;
const WORTH_IT = 12;

interface Frame {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export function Overview(): JSX.Element | null {
  const document = useDocument();
  return Object.keys(document.nodes).length < WORTH_IT ? null : <Drawn />;
}

function Drawn(): JSX.Element {
  const document = useDocument();
  const run = useShown((state) => state.run);
  const problems = useShown((state) => state.problems);
  const transform = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const flow = useReactFlow();
  const element = useRef<HTMLCanvasElement>(null);
  const frame = useRef<Frame>({ scale: 1, left: 0, top: 0 });
  useEffect(() => {
    const canvas = element.current;
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = WIDTH * ratio;
    canvas.height = HEIGHT * ratio;
    pen.scale(ratio, ratio);
    const colour = (name: string): string => getComputedStyle(canvas).getPropertyValue(name).trim() || "gray";
    const places = Object.entries(document.layout).filter(([id]) => document.nodes[id]);
    frame.current = frameOf(places.map(([, at]) => at));
    const { scale, left, top } = frame.current;
    const states = new Map(run?.steps.map((step) => [step.node, step.state]));
    const broken = new Set(problems.filter(isBlocking).map((problem) => problem.where?.node));
    for (const [id, at] of places) {
      const state = states.get(id);
      pen.fillStyle = colour(broken.has(id) || state === "failed" ? "--c-danger"
        : state === "running" ? "--c-info" : state === "completed" || state === "reused" ? "--c-ok" : "--c-muted");
      pen.fillRect((at.x - left) * scale, (at.y - top) * scale, Math.max(2, CARD_WIDTH * scale), Math.max(2, CARD_HEIGHT * scale));
    }
    const [x, y, zoom] = transform;
    pen.strokeStyle = colour("--c-accent");
    pen.lineWidth = 1.5;
    pen.strokeRect((-x / zoom - left) * scale, (-y / zoom - top) * scale, (width / zoom) * scale, (height / zoom) * scale);
  }, [document, run, problems, transform, width, height]);
  const go = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const { scale, left, top } = frame.current;
    void flow.setCenter((event.clientX - box.left) / scale + left, (event.clientY - box.top) / scale + top, { zoom: flow.getZoom() });
  };
  return (
    <Panel position="bottom-right" className="overview nopan nodrag">
      <canvas ref={element} style={{ width: WIDTH, height: HEIGHT }} aria-hidden="true" onPointerDown={go} onPointerMove={go} />
    </Panel>
  );
}

function frameOf(places: readonly { readonly x: number; readonly y: number }[]): Frame {
  const left = Math.min(...places.map((at) => at.x));
  const top = Math.min(...places.map((at) => at.y));
  const right = Math.max(...places.map((at) => at.x)) + CARD_WIDTH;
  const bottom = Math.max(...places.map((at) => at.y)) + CARD_HEIGHT;
  const margin = 0.05 * Math.max(right - left, bottom - top);
  const scale = Math.min(WIDTH / (right - left + 2 * margin), HEIGHT / (bottom - top + 2 * margin));
  return { scale, left: left - margin, top: top - margin };
}
