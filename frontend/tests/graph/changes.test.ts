import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { GraphDocument } from "@/api/types";
import { apply, type Change, compose, difference, takingBack } from "@/graph/changes";
import { sameDocument } from "@/graph/document";
import * as op from "@/graph/operations";
import { drawn } from "../catalogue";

interface Case {
  readonly name: string;
  readonly document: GraphDocument;
  readonly changes: readonly Change[];
  readonly after: GraphDocument;
}

const CASES = JSON.parse(readFileSync(resolve(__dirname, "../../../tests/designer/vectors.json"), "utf8")) as readonly Case[];

describe("changes", () => {
  it.each(CASES.map((each) => [each.name, each] as const))("lead where the vectors say: %s", (_name, { document, changes, after }) => {
    expect(sameDocument(apply(document, changes), after)).toBe(true);
  });

  it.each(CASES.map((each) => [each.name, each] as const))("are found again between two drawings: %s", (_name, { document, after }) => {
    expect(sameDocument(apply(document, difference(document, after)), after)).toBe(true);
    expect(sameDocument(apply(after, difference(after, document)), document)).toBe(true);
  });

  it("leave the objects of what did not change", () => {
    const before = drawn("clean", "train");
    const after = apply(before, [{ path: ["nodes", "train", "title"], after: "T" }]);
    expect(after.nodes["clean"]).toBe(before.nodes["clean"]);
    expect(after.layout).toBe(before.layout);
    expect(after.edges).toBe(before.edges);
  });

  it("of two people meet field by field", () => {
    const start = drawn("clean");
    const mine = difference(start, op.setParameter(start, "clean", "value", "mine"));
    const theirs = difference(start, op.rename(start, "clean", "theirs"));
    const both = apply(apply(start, theirs), mine);
    expect(both.nodes["clean"]).toMatchObject({ title: "theirs", parameters: { value: "mine" } });
  });

  it("are taken back only where nobody has changed the field since", () => {
    const start = drawn("clean");
    const mine = difference(start, op.setParameter(op.rename(start, "clean", "mine"), "clean", "value", "mine"));
    const since = op.rename(apply(start, mine), "clean", "theirs");
    const { changes, kept } = takingBack(since, mine);
    expect(kept).toBe(1);
    expect(apply(since, changes).nodes["clean"]).toMatchObject({ title: "theirs", parameters: { value: "0" } });
  });

  it("put together do the same as one after the other", () => {
    const start = drawn("clean");
    const first = difference(start, op.rename(start, "clean", "one"));
    const then = difference(apply(start, first), op.rename(apply(start, first), "clean", "two"));
    expect(compose(first, then)).toEqual([{ path: ["nodes", "clean", "title"], after: "two" }]);
  });
});
