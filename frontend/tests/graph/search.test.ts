import { describe, expect, it } from "vitest";
import type { Problem } from "@/api/types";
import { addGroup } from "@/graph/marks";
import { toggleMode } from "@/graph/mode";
import { setParameter } from "@/graph/operations";
import { find, termsOf } from "@/graph/search";
import { CATALOGUE, drawn, wired } from "../catalogue";

const document = addGroup(toggleMode(setParameter(
  wired(drawn("cars", "clean", "learner", "train"), "cars.dataset>clean.in", "clean.out>train.data"), "clean", "columns", { names: ["price"] },
), ["learner"], "disabled"), "g", ["clean", "cars"], "Preparation");
const problems: readonly Problem[] = [{ code: "x", message: "x", where: { node: "train" } }, { code: "y", message: "y", severity: "warning", where: { node: "cars" } }];
const looked = (text: string): readonly string[] => find({ catalogue: CATALOGUE, document, problems, shapes: {}, states: new Map([["clean", "failed"]]) }, text);

describe("find", () => {
  it.each([
    ["is:error", ["train"]], ["is:warning", ["cars"]], ["is:disabled", ["learner"]], ["is:failed", ["clean"]],
    ["is:unused", ["learner", "train"]], ["type:learner", ["learner"]], ["type:dataset", ["cars"]], ["uses:price", ["clean"]],
    ["param:mode=value", ["clean"]], ["param:mode=row", []], ["param:version>1", ["cars"]], ["in:prep", ["cars", "clean"]],
    ["CLEAN", ["clean"]], ["in:prep -is:failed", ["cars"]], ["nothing:here", []], ["", []],
  ])("%s", (text, wanted) => expect(looked(text)).toEqual(wanted));

  it("reads quotes and minus", () => {
    expect(termsOf('-type:"Train Model" two')).toEqual([
      { key: "type", value: "train model", not: true }, { key: "", value: "two", not: false },
    ]);
  });
});
