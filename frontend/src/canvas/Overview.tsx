/** The whole drawing small, on one <canvas>: where the steps are, what state they have, and what part is seen. */
import { Panel, useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { type JSX, type PointerEvent, useEffect, useMemo, useRef } from "react";
import { coloursOf, paint } from "@/canvas/paint";
import { type Box, boundsOf, sceneOf, tonesOf } from "@/canvas/scene";
import { useDesigner, useDocument, useShown } from "@/designer/context";

const WIDTH = 168;
const HEIGHT = 112;
const WORTH_IT = 12;
const NONE: ReadonlySet<string> = new Set();

interface Frame {
  readonly zoom: number;
  readonly left: number;
  readonly top: number;
}

export function Overview(): JSX.Element | null {
  const wanted = useShown((state) => state.look.minimap);
  const isLarge = useShown((state) => isAtLeast(state.history.present.nodes, WORTH_IT));
  return wanted === "on" || (wanted === "auto" && isLarge) ? <Drawn /> : null;
}

/** Painted when the drawing or its states change; the frame of what is seen is an element that only moves. */
function Drawn(): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const run = useShown((state) => state.run);
  const problems = useShown((state) => state.problems);
  const chosen = useShown((state) => state.nodes);
  const flow = useReactFlow();
  const element = useRef<HTMLCanvasElement>(null);
  const scene = useMemo(() => sceneOf(catalogue, document), [catalogue, document]);
  const frame = useMemo(() => frameOf(boundsOf([...scene.cards, ...scene.frames, ...scene.notes])), [scene]);
  useEffect(() => {
    const canvas = element.current;
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = WIDTH * ratio;
    canvas.height = HEIGHT * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(pen, { ...frame, width: WIDTH, height: HEIGHT }, coloursOf(canvas), {
      scene, tones: tonesOf(designer.state), chosen: chosen.length < 100 ? new Set(chosen) : NONE, shift: { x: 0, y: 0 }, withLines: false,
    });
  }, [designer, scene, frame, run, problems, chosen]);
  const go = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    void flow.setCenter((event.clientX - box.left - frame.left) / frame.zoom, (event.clientY - box.top - frame.top) / frame.zoom, { zoom: flow.getZoom() });
  };
  return (
    <Panel position="bottom-right" className="overview nopan nodrag" data-testid="minimap">
      <canvas ref={element} style={{ width: WIDTH, height: HEIGHT }} aria-hidden="true" onPointerDown={go} onPointerMove={go} />
      <Seen frame={frame} />
    </Panel>
  );
}

function Seen({ frame }: { readonly frame: Frame }): JSX.Element {
  const store = useStoreApi();
  const element = useRef<HTMLSpanElement>(null);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    const place = (): void => {
      const [x, y, zoom] = store.getState().transform;
      const left = Math.max(0, (-x / zoom) * frame.zoom + frame.left);
      const top = Math.max(0, (-y / zoom) * frame.zoom + frame.top);
      const right = Math.min(WIDTH, ((width - x) / zoom) * frame.zoom + frame.left);
      const bottom = Math.min(HEIGHT, ((height - y) / zoom) * frame.zoom + frame.top);
      element.current?.style.setProperty("transform", `translate(${left}px, ${top}px)`);
      element.current?.style.setProperty("width", `${Math.max(4, right - left)}px`);
      element.current?.style.setProperty("height", `${Math.max(4, bottom - top)}px`);
    };
    place();
    return store.subscribe(place);
  }, [store, frame, width, height]);
  return <span ref={element} className="overview-seen" aria-hidden="true" />;
}

function frameOf(bounds: Box | null): Frame {
  if (!bounds) return { zoom: 1, left: 0, top: 0 };
  const margin = 0.05 * Math.max(bounds.width, bounds.height);
  const zoom = Math.min(WIDTH / (bounds.width + 2 * margin), HEIGHT / (bounds.height + 2 * margin));
  return {
    zoom,
    left: WIDTH / 2 - (bounds.x + bounds.width / 2) * zoom,
    top: HEIGHT / 2 - (bounds.y + bounds.height / 2) * zoom,
  };
}

function isAtLeast(record: Readonly<Record<string, unknown>>, count: number): boolean {
  let seen = 0;
  for (const _key in record) if ((seen += 1) >= count) return true;
  return false;
}
