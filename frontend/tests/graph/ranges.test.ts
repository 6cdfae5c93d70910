import { describe, expect, it } from "vitest";
import { rangeText, spread } from "@/graph/ranges";

describe("values of a range", () => {
  it("grow by equal steps", () => expect(spread(1, 9, 5, "linear", true)).toEqual([1, 3, 5, 7, 9]));
  it("grow by equal factors", () => expect(spread(0.0001, 1, 5, "log", false)).toEqual([0.0001, 0.001, 0.01, 0.1, 1]));
  it("are each there once when whole", () => expect(spread(1, 3, 9, "linear", true)).toEqual([1, 2, 3]));
  it("cannot be built from nothing, one value, or 0 by factors", () => {
    expect(spread(NaN, 1, 3, "linear", false)).toBeNull();
    expect(spread(0, 1, 1, "linear", false)).toBeNull();
    expect(spread(0, 1, 3, "log", false)).toBeNull();
  });
  it("are written with semicolons", () => expect(rangeText([1, 0.5, 1e-7])).toBe("1; 0.5; 1e-7"));
});
