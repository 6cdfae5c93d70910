/** Paints a scene with few strokes: all links as one path, all cards of one tone as one path. */
import type { Box, Scene, Tone } from "@/canvas/scene";

export interface View {
  /** From the drawing to pixels: x · zoom + left. */
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

export type Colours = Readonly<Record<Tone | "line" | "accent" | "surface" | "border", string>>;

export interface Painting {
  readonly scene: Scene;
  readonly tones: ReadonlyMap<string, Tone>;
  readonly chosen: ReadonlySet<string>;
  /** How far the chosen cards are being dragged, in the drawing's pixels. */
  readonly shift: { readonly x: number; readonly y: number };
  readonly withLines: boolean;
}

/** Read once per theme: asking for a style per card would cost more than the painting. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || "gray";
  return {
    muted: colour("--c-muted"), danger: colour("--c-danger"), info: colour("--c-info"), ok: colour("--c-ok"),
    warn: colour("--c-warn"), off: colour("--c-border"), line: colour("--c-line"), accent: colour("--c-accent"),
    surface: colour("--c-surface"), border: colour("--c-border"),
  };
}

export function paint(pen: CanvasRenderingContext2D, view: View, colours: Colours, painting: Painting): void {
  pen.clearRect(0, 0, view.width, view.height);
  paintFrames(pen, view, colours, painting.scene);
  if (painting.withLines) paintLines(pen, view, colours, painting);
  paintCards(pen, view, colours, painting);
}

function paintFrames(pen: CanvasRenderingContext2D, view: View, colours: Colours, scene: Scene): void {
  pen.lineWidth = 1;
  for (const frame of [...scene.frames, ...scene.notes]) {
    const [x, y, width, height] = onScreen(view, frame);
    pen.globalAlpha = 0.12;
    pen.fillStyle = colours.accent;
    pen.fillRect(x, y, width, height);
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.line;
    pen.strokeRect(x, y, width, height);
  }
  pen.fillStyle = colours.muted;
  pen.font = "600 13px system-ui, sans-serif";
  for (const frame of scene.frames) {
    const [x, y, width] = onScreen(view, frame);
    if (width > 40) pen.fillText(frame.title, x + 6, y + 16, width - 12);
  }
}

function paintLines(pen: CanvasRenderingContext2D, view: View, colours: Colours, { scene, chosen, shift }: Painting): void {
  const { lines, joins, cards } = scene;
  const { zoom, left, top, width, height } = view;
  const moves = shift.x !== 0 || shift.y !== 0;
  pen.beginPath();
  for (let at = 0, join = 0; at < lines.length; at += 4, join += 2) {
    const from = moves && chosen.has(cards[joins[join] as number]?.id ?? "") ? shift : null;
    const to = moves && chosen.has(cards[joins[join + 1] as number]?.id ?? "") ? shift : null;
    const x1 = ((lines[at] as number) + (from?.x ?? 0)) * zoom + left;
    const y1 = ((lines[at + 1] as number) + (from?.y ?? 0)) * zoom + top;
    const x2 = ((lines[at + 2] as number) + (to?.x ?? 0)) * zoom + left;
    const y2 = ((lines[at + 3] as number) + (to?.y ?? 0)) * zoom + top;
    if ((x1 < 0 && x2 < 0) || (x1 > width && x2 > width) || (y1 < 0 && y2 < 0) || (y1 > height && y2 > height)) continue;
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
  }
  pen.strokeStyle = colours.line;
  pen.globalAlpha = 0.75;
  pen.lineWidth = 1;
  pen.stroke();
  pen.globalAlpha = 1;
}

const TONES: readonly Tone[] = ["muted", "off", "warn", "ok", "info", "danger"];

function paintCards(pen: CanvasRenderingContext2D, view: View, colours: Colours, { scene, tones, chosen, shift }: Painting): void {
  const byTone = new Map<Tone, Box[]>(TONES.map((tone) => [tone, []]));
  const selected: Box[] = [];
  for (const card of scene.cards) {
    const isChosen = chosen.has(card.id);
    const shown = isChosen && (shift.x || shift.y) ? { ...card, x: card.x + shift.x, y: card.y + shift.y } : card;
    if (!isSeen(view, shown)) continue;
    byTone.get(tones.get(card.id) ?? "muted")?.push(shown);
    if (isChosen) selected.push(shown);
  }
  for (const [tone, cards] of byTone) {
    if (cards.length === 0) continue;
    pen.fillStyle = colours[tone];
    for (const card of cards) {
      const [x, y, width, height] = onScreen(view, card);
      pen.fillRect(x, y, Math.max(2, width), Math.max(2, height));
    }
  }
  if (selected.length === 0) return;
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 2.5;
  for (const card of selected) {
    const [x, y, width, height] = onScreen(view, card);
    pen.strokeRect(x - 2, y - 2, Math.max(2, width) + 4, Math.max(2, height) + 4);
  }
}

const onScreen = (view: View, box: Box): readonly [number, number, number, number] =>
  [box.x * view.zoom + view.left, box.y * view.zoom + view.top, box.width * view.zoom, box.height * view.zoom];

function isSeen(view: View, box: Box): boolean {
  const [x, y, width, height] = onScreen(view, box);
  return x < view.width && y < view.height && x + width > 0 && y + height > 0;
}
