/** The measures of a card, and where on it a port sits: the view and the layout agree on them. */
import type { Place } from "@/api/types";

export const CARD_WIDTH = 248;
export const CARD_HEIGHT = 68;
/** A collapsed card has its title only. */
export const COLLAPSED_HEIGHT = 32;
export const PORT_SIZE = 14;
export const GRID = 8;

export const heightOf = (place: Place | undefined): number => (place?.collapsed ? COLLAPSED_HEIGHT : CARD_HEIGHT);

/** The share of the card's width at which port `index` of `count` is centred. */
export const portShare = (index: number, count: number): number => (index + 1) / (count + 1);

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
