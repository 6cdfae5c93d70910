/** How a person likes to see drawings: kept in the browser for the person who is signed in, never part of the drawing. */

export interface Look {
  readonly minimap: "auto" | "on" | "off";
  readonly links: "curved" | "square" | "hidden";
  readonly fade: boolean;
  readonly snap: "on" | "off";
  readonly wheel: "trackpad" | "mouse";
  readonly focus: boolean;
  /** The line that says what can be done next. */
  readonly hints: boolean;
}

export const PLAIN: Look = { minimap: "auto", links: "curved", fade: true, snap: "on", wheel: "trackpad", focus: false, hints: true };

const KEY = "mlops.canvas.look";

export function rememberedLook(): Look {
  return { ...PLAIN, ...recall<Partial<Look>>(KEY), focus: false };
}

export function rememberLook(look: Look): void {
  keep(KEY, look);
}

export interface Seen {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly view: "canvas" | "list";
}

const seenKey = (draft: string): string => `mlops.canvas.seen.${draft}`;

/** Where the person left this drawing. */
export const rememberedSeen = (draft: string): Seen | null => recall<Seen>(seenKey(draft));
export const rememberSeen = (draft: string, seen: Seen): void => keep(seenKey(draft), seen);

/** A phone opens a drawing as a list, which has everything within reach of a thumb. */
export const firstView = (): "canvas" | "list" =>
  (typeof window !== "undefined" && window.matchMedia?.("(max-width: 560px)").matches ? "list" : "canvas");

/** The name of the signed-in person keeps two people of one browser apart. */
const own = (key: string): string => `${key}.${document.documentElement.dataset["person"] ?? document.body.dataset["person"] ?? ""}`;

export function recall<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(own(key)) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(own(key), JSON.stringify(value));
  } catch {
    // Only a convenience is lost.
  }
}
