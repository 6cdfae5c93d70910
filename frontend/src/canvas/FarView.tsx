/** A large drawing seen from afar: everything on one <canvas>, with choosing, dragging and boxes of its own, because a
 * thousand elements cannot follow a hand. Nearer, the cards take over. */
import { useStore, useStoreApi } from "@xyflow/react";
import { type JSX, useEffect, useMemo, useRef } from "react";
import { FarHand } from "@/canvas/farhand";
import { coloursOf, paint } from "@/canvas/paint";
import { sceneOf, tonesOf } from "@/canvas/scene";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { ngettext } from "@/i18n";

export function FarView(): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const run = useShown((state) => state.run);
  const problems = useShown((state) => state.problems);
  const selected = useShown((state) => state.nodes);
  const hidesLinks = useShown((state) => state.look.links === "hidden");
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const store = useStoreApi();
  const element = useRef<HTMLCanvasElement>(null);
  const scene = useMemo(() => sceneOf(catalogue, document), [catalogue, document]);
  const tones = useMemo(() => tonesOf(designer.state), [designer, document, run, problems]);
  const chosen = useMemo(() => new Set(selected), [selected]);
  const latest = useRef({ scene, tones, chosen, withLines: !hidesLinks });
  latest.current = { scene, tones, chosen, withLines: !hidesLinks };

  useEffect(() => {
    const canvas = element.current;
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return undefined;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const colours = coloursOf(canvas);
    let asked = 0;
    const hand = new FarHand(designer, canvas, () => latest.current.scene, () => store.getState().transform, () => draw());
    const draw = (): void => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        const [left, top, zoom] = store.getState().transform;
        pen.setTransform(ratio, 0, 0, ratio, 0, 0);
        paint(pen, { left, top, zoom, width, height }, colours, { ...latest.current, shift: hand.shift });
        hand.paintBox(pen, colours.accent);
      });
    };
    const stop = store.subscribe(draw);
    const stopDesigner = designer.subscribe(draw);
    draw();
    return () => {
      stop();
      stopDesigner();
      hand.stop();
      cancelAnimationFrame(asked);
    };
  }, [designer, store, width, height]);

  const count = scene.cards.length;
  return (
    <canvas ref={element} className="far-view" style={{ width, height }} data-drawn={count} role="img" data-testid="far-view"
      aria-label={ngettext("The drawing from afar: %(count)s step. Zoom in for the cards, or press V for the list.", "The drawing from afar: %(count)s steps. Zoom in for the cards, or press V for the list.", count)} />
  );
}
