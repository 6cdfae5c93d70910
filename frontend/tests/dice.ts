/** Small, seeded, good enough to wander: a failure names its seed. */
export type Dice = (sides: number) => number;

export function dice(seed: number): Dice {
  let state = seed * 2654435761 + 1;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state % Math.max(1, sides);
  };
}
