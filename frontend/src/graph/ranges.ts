/** Values to try, spread between two numbers: the text of a range parameter. */

export type Scale = "linear" | "log";

export const MOST_BUILT = 50;

/** The values with both ends, each once; `null` where they cannot be built. `whole` rounds them. */
export function spread(from: number, to: number, count: number, scale: Scale, whole: boolean): readonly number[] | null {
  if (![from, to, count].every(Number.isFinite) || !Number.isInteger(count) || count < 2 || count > MOST_BUILT) return null;
  if (scale === "log" && (from <= 0 || to <= 0)) return null;
  const values = Array.from({ length: count }, (_unused, place) => {
    const share = place / (count - 1);
    const value = scale === "log" ? from * (to / from) ** share : from + (to - from) * share;
    return whole ? Math.round(value) : Number(value.toPrecision(6));
  });
  return [...new Set(values)];
}

export const rangeText = (values: readonly number[]): string => values.map(plain).join("; ");

/** Without the `+` that a browser puts into large exponents. */
const plain = (value: number): string => String(value).replace("e+", "e");
