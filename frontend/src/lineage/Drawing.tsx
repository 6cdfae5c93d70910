/** Things as buttons on a plane that is moved and zoomed; links as curves below them. Arrow keys go along the links. */
import { type JSX, type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { beside, type Drawn, moreOf } from "@/lineage/drawn";
import { fitted, type Frame, HEIGHT, placesOf, type Spot, WIDTH } from "@/lineage/places";
import type { Link, Side, Thing } from "@/lineage/types";
import { sortOf, toneOf } from "@/lineage/words";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

export interface Shared {
  readonly drawn: Drawn;
  readonly seen: { readonly things: readonly Thing[]; readonly links: readonly Link[] };
  readonly selected: string;
  readonly select: (name: string) => void;
  readonly open: (name: string, side: Side) => Promise<void>;
}

const LEAST_ZOOM = 0.1, MOST_ZOOM = 2;

export function Drawing({ drawn, seen, selected, select, open }: Shared): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<Frame>({ x: 0, y: 0, zoom: 1 });
  const spots = useMemo(() => placesOf(seen.things, seen.links), [seen]);
  const fit = (): void => {
    const size = box.current?.getBoundingClientRect();
    if (size) setFrame(fitted(spots.values(), size.width, size.height));
  };
  // eslint-disable-next-line -- the first picture only: later ones stay where the reader looks
  useLayoutEffect(fit, []);
  useShift(spots, drawn.root, setFrame);
  useInSight(box, spots.get(selected), selected, setFrame);

  const zoomBy = (factor: number, at?: Spot): void => setFrame((now) => {
    const size = box.current?.getBoundingClientRect();
    const point = at ?? { x: (size?.width ?? 0) / 2, y: (size?.height ?? 0) / 2 };
    const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, now.zoom * factor));
    return { zoom, x: point.x - ((point.x - now.x) * zoom) / now.zoom, y: point.y - ((point.y - now.y) * zoom) / now.zoom };
  });
  useWheel(box, zoomBy);

  const go = (event: KeyboardEvent): void => {
    const next = event.key === "ArrowLeft" ? beside(seen.links, selected, "up")[0]
      : event.key === "ArrowRight" ? beside(seen.links, selected, "down")[0]
        : event.key === "ArrowUp" ? nextTo(spots, selected, -1) : event.key === "ArrowDown" ? nextTo(spots, selected, 1) : undefined;
    if (event.key === "+" || event.key === "-") zoomBy(event.key === "+" ? 1.25 : 0.8);
    else if (event.key === "0") fit();
    else if (next === undefined) return;
    else {
      select(next);
      box.current?.querySelector<HTMLElement>(`[data-name="${CSS.escape(next)}"]`)?.focus();
    }
    event.preventDefault();
  };

  return (
    <div className="l-plane" ref={box} onKeyDown={go} {...usePan(frame, setFrame)}>
      <div className="l-moved" style={{ transform: `translate(${frame.x}px, ${frame.y}px) scale(${frame.zoom})` }}>
        <svg className="l-links" aria-hidden="true">{seen.links.map((link) => <Curve key={`${link.source}\n${link.target}`} link={link} spots={spots} selected={selected} />)}</svg>
        {seen.things.map((thing) => <Box key={thing.name} thing={thing} spot={spots.get(thing.name)} drawn={drawn} isSelected={thing.name === selected} select={select} open={open} />)}
      </div>
      <div className="l-zoom">
        <button type="button" className="s-button is-icon" aria-label={_("Zoom in")} title={_("Zoom in")} onClick={() => zoomBy(1.25)}><Icon name="zoomIn" /></button>
        <button type="button" className="s-button is-icon" aria-label={_("Zoom out")} title={_("Zoom out")} onClick={() => zoomBy(0.8)}><Icon name="zoomOut" /></button>
        <button type="button" className="s-button is-icon" aria-label={_("Show all")} title={_("Show all")} onClick={fit}><Icon name="fit" /></button>
      </div>
    </div>
  );
}

function Box({ thing, spot, drawn, isSelected, select, open }: {
  readonly thing: Thing; readonly spot: Spot | undefined; readonly drawn: Drawn; readonly isSelected: boolean;
  readonly select: Shared["select"]; readonly open: Shared["open"];
}): JSX.Element | null {
  if (!spot) return null;
  return (
    <div className={`l-thing kind-${thing.kind} tone-${toneOf(thing)}${isSelected ? " is-selected" : ""}${thing.name === drawn.root ? " is-root" : ""}`}
      style={{ left: spot.x, top: spot.y, width: WIDTH, height: HEIGHT }}>
      <Opener thing={thing} drawn={drawn} side="up" open={open} />
      <button type="button" className="l-face" data-name={thing.name} aria-pressed={isSelected} title={thing.name}
        onClick={() => select(thing.name)} onFocus={() => select(thing.name)}
        onDoubleClick={() => { if (thing.url) location.assign(thing.url); }}>
        <span className="l-sort">{sortOf(thing)}</span>
        <span className="l-title">{thing.title}</span>
      </button>
      <Opener thing={thing} drawn={drawn} side="down" open={open} />
    </div>
  );
}

export function Opener({ thing, drawn, side, open }: { readonly thing: Thing; readonly drawn: Drawn; readonly side: Side; readonly open: Shared["open"] }): JSX.Element | null {
  const has = beside(drawn.links, thing.name, side).length > 0;
  const more = moreOf(thing, side);
  if (more === null && !has) return null;
  const isClosed = drawn.closed.has(`${side} ${thing.name}`);
  const words = more !== null
    ? side === "up" ? _("More of where %(name)s comes from", { name: thing.title }) : _("More of what came of %(name)s", { name: thing.title })
    : side === "up" ? _("Where %(name)s comes from", { name: thing.title }) : _("What came of %(name)s", { name: thing.title });
  return (
    <button type="button" className={`l-open is-${side}`} aria-label={words} title={words} aria-expanded={more === null && !isClosed}
      onClick={() => void open(thing.name, side)}>{more !== null || isClosed ? "+" : "–"}</button>
  );
}

function Curve({ link, spots, selected }: { readonly link: Link; readonly spots: ReadonlyMap<string, Spot>; readonly selected: string }): JSX.Element | null {
  const from = spots.get(link.source), to = spots.get(link.target);
  if (!from || !to) return null;
  const x1 = from.x + WIDTH, y1 = from.y + HEIGHT / 2, x2 = to.x, y2 = to.y + HEIGHT / 2;
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  const isNear = link.source === selected || link.target === selected;
  return (
    <g className={isNear ? "is-near" : ""}>
      <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />
      {isNear ? <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 4} textAnchor="middle">{link.relation}</text> : null}
    </g>
  );
}

/** The nearest thing above or below in the same column. */
function nextTo(spots: ReadonlyMap<string, Spot>, name: string, step: -1 | 1): string | undefined {
  const here = spots.get(name);
  if (!here) return undefined;
  return [...spots].filter(([, spot]) => spot.x === here.x && (spot.y - here.y) * step > 0)
    .sort(([, a], [, b]) => (a.y - b.y) * step)[0]?.[0];
}

function usePan(frame: Frame, setFrame: (frame: Frame) => void) {
  const from = useRef<{ x: number; y: number; frame: Frame } | null>(null);
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button !== 0 || (event.target as Element).closest("button")) return;
      from.current = { x: event.clientX, y: event.clientY, frame };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const began = from.current;
      if (began) setFrame({ ...began.frame, x: began.frame.x + event.clientX - began.x, y: began.frame.y + event.clientY - began.y });
    },
    onPointerUp: () => { from.current = null; },
    onPointerCancel: () => { from.current = null; },
  };
}

/** React listens to the wheel passively; a zoom has to keep the page from scrolling. */
function useWheel(box: { readonly current: HTMLDivElement | null }, zoomBy: (factor: number, at: Spot) => void): void {
  useEffect(() => {
    const element = box.current;
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const size = (event.currentTarget as Element).getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY / 500), { x: event.clientX - size.x, y: event.clientY - size.y });
    };
    element?.addEventListener("wheel", turn, { passive: false });
    return () => element?.removeEventListener("wheel", turn);
  });
}

/** Keeps the root where it is on the screen when a branch is opened. */
function useShift(spots: ReadonlyMap<string, Spot>, root: string, setFrame: (change: (frame: Frame) => Frame) => void): void {
  const last = useRef(spots.get(root));
  useLayoutEffect(() => {
    const was = last.current, now = spots.get(root);
    last.current = now;
    if (was && now && (was.x !== now.x || was.y !== now.y)) {
      setFrame((frame) => ({ ...frame, x: frame.x + (was.x - now.x) * frame.zoom, y: frame.y + (was.y - now.y) * frame.zoom }));
    }
  }, [spots, root, setFrame]);
}

/** A thing that is selected by the keyboard or the search comes into sight. */
function useInSight(box: { readonly current: HTMLDivElement | null }, spot: Spot | undefined, selected: string, setFrame: (change: (frame: Frame) => Frame) => void): void {
  const last = useRef(selected);
  useEffect(() => {
    if (last.current === selected || !spot) return;
    last.current = selected;
    const size = box.current?.getBoundingClientRect();
    if (!size) return;
    setFrame((frame) => {
      const x = spot.x * frame.zoom + frame.x, y = spot.y * frame.zoom + frame.y;
      const isIn = x >= 0 && y >= 0 && x + WIDTH * frame.zoom <= size.width && y + HEIGHT * frame.zoom <= size.height;
      return isIn ? frame : { ...frame, x: frame.x + size.width / 2 - x - (WIDTH * frame.zoom) / 2, y: frame.y + size.height / 2 - y - (HEIGHT * frame.zoom) / 2 };
    });
  }, [box, spot, selected, setFrame]);
}
