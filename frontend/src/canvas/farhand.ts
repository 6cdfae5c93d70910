/** The hand on the drawing from afar: a click chooses, a drag moves what is chosen, a drag over nothing draws a box. */
import type { Position } from "@/api/types";
import { type Box, cardAt, type Scene } from "@/canvas/scene";
import type { Designer } from "@/designer/designer";
import { snap } from "@/graph/size";

type Transform = readonly [left: number, top: number, zoom: number];
type Held = { readonly kind: "cards" | "box"; readonly from: Position; readonly before: readonly string[] };

const CLICK_PIXELS = 3;

export class FarHand {
  private held: Held | null = null;
  private now: Position = { x: 0, y: 0 };
  private isSpaceDown = false;
  private readonly surface: HTMLElement;
  private readonly end = new AbortController();

  constructor(
    private readonly designer: Designer,
    private readonly canvas: HTMLCanvasElement,
    private readonly scene: () => Scene,
    private readonly transform: () => Transform,
    private readonly draw: () => void,
  ) {
    this.surface = canvas.closest<HTMLElement>(".canvas") as HTMLElement;
    const options = { capture: true, signal: this.end.signal };
    this.surface.addEventListener("pointerdown", (event) => this.down(event), options);
    this.surface.addEventListener("mousedown", (event) => { if (this.held) event.stopPropagation(); }, options);
    this.surface.addEventListener("contextmenu", (event) => this.menu(event), options);
    this.surface.addEventListener("dblclick", (event) => this.enter(event), options);
    window.addEventListener("pointermove", (event) => this.move(event), options);
    window.addEventListener("pointerup", (event) => this.up(event), options);
    for (const type of ["keydown", "keyup"] as const) {
      window.addEventListener(type, (event) => { if (event.key === " ") this.isSpaceDown = type === "keydown"; }, options);
    }
  }

  stop(): void {
    this.end.abort();
  }

  get shift(): Position {
    if (this.held?.kind !== "cards") return { x: 0, y: 0 };
    const zoom = this.transform()[2];
    return { x: (this.now.x - this.held.from.x) / zoom, y: (this.now.y - this.held.from.y) / zoom };
  }

  paintBox(pen: CanvasRenderingContext2D, colour: string): void {
    if (this.held?.kind !== "box") return;
    const { from } = this.held;
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.strokeRect(from.x, from.y, this.now.x - from.x, this.now.y - from.y);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === "touch" || this.isSpaceDown || !this.isOnDrawing(event)) return;
    const card = this.cardUnder(event);
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    const { nodes } = this.designer.state;
    this.now = this.pointOf(event);
    if (card) {
      const isChosen = nodes.includes(card.id);
      if (adds) this.designer.select(isChosen ? nodes.filter((id) => id !== card.id) : [...nodes, card.id], []);
      else if (!isChosen) this.designer.select([card.id], []);
    }
    this.held = { kind: card && this.designer.state.canEdit ? "cards" : "box", from: this.now, before: adds ? nodes : [] };
    event.stopPropagation();
  }

  private move(event: PointerEvent): void {
    if (!this.held) return;
    this.now = this.pointOf(event);
    this.draw();
  }

  private up(event: PointerEvent): void {
    const held = this.held;
    if (!held) return;
    const { x, y } = this.shift;
    this.held = null;
    const moved = Math.hypot(this.now.x - held.from.x, this.now.y - held.from.y) > CLICK_PIXELS;
    if (held.kind === "box") this.chooseInside(held, event.altKey, moved);
    else if (moved) this.designer.moveSelection(snap(x), snap(y));
    this.draw();
  }

  /** What the box touches, or with Alt encloses; a click on nothing clears. */
  private chooseInside(held: Held, enclosed: boolean, moved: boolean): void {
    if (!moved) return this.designer.select(held.before, []);
    const a = this.toDrawing(held.from);
    const b = this.toDrawing(this.now);
    const [left, right, top, bottom] = [Math.min(a.x, b.x), Math.max(a.x, b.x), Math.min(a.y, b.y), Math.max(a.y, b.y)];
    const touches = (box: Box): boolean => enclosed
      ? box.x >= left && box.y >= top && box.x + box.width <= right && box.y + box.height <= bottom
      : box.x <= right && box.y <= bottom && box.x + box.width >= left && box.y + box.height >= top;
    this.designer.select([...new Set([...held.before, ...this.scene().cards.filter(touches).map((card) => card.id)])], []);
  }

  private menu(event: MouseEvent): void {
    if (!this.isOnDrawing(event)) return;
    const card = this.cardUnder(event);
    if (card && !this.designer.state.nodes.includes(card.id)) this.designer.select([card.id], []);
  }

  private enter(event: MouseEvent): void {
    const card = this.isOnDrawing(event) ? this.cardUnder(event) : null;
    if (!card) return;
    event.stopPropagation();
    this.designer.viewport?.enter(card.id);
  }

  private isOnDrawing(event: MouseEvent): boolean {
    return event.target instanceof Element && event.target.closest(".react-flow__panel, button, input, textarea") === null;
  }

  private cardUnder(event: MouseEvent): Box | null {
    const at = this.toDrawing(this.pointOf(event));
    return cardAt(this.scene(), at.x, at.y);
  }

  private pointOf(event: MouseEvent): Position {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private toDrawing(point: Position): Position {
    const [left, top, zoom] = this.transform();
    return { x: (point.x - left) / zoom, y: (point.y - top) / zoom };
  }
}
