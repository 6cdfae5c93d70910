/** The fixed measures of a card, and where on it a port sits: the view and the layout agree on them. */

export const CARD_WIDTH = 248;
export const CARD_HEIGHT = 68;
export const PORT_SIZE = 14;
export const GRID = 8;

/** The share of the card's width at which port `index` of `count` is centred. */
export const portShare = (index: number, count: number): number => (index + 1) / (count + 1);

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
