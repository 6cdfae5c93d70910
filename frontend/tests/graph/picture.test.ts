import { describe, expect, it } from "vitest";
import { fromPng, fromSvg, intoPng, carriedText, pictureOf } from "@/graph/picture";
import { CATALOGUE, drawn, wired } from "../catalogue";

const document = wired(drawn("cars", "clean"), "cars.dataset>clean.in");
// The smallest picture: one grey point.
const POINT = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB3P5sSgAAAABJRU5ErkJggg=="), (each) => each.charCodeAt(0));

describe("a picture of a drawing", () => {
  it("as SVG gives the drawing back, whatever its name", () => {
    expect(fromSvg(pictureOf(CATALOGUE, "A & <B>", document).svg)).toEqual({ name: "A & <B>", document });
  });

  it("as PNG gives the drawing back", () => {
    expect(fromPng(intoPng(POINT, carriedText("Größe", document)))).toEqual({ name: "Größe", document });
  });

  it("of somebody else gives nothing", () => {
    expect(fromPng(POINT)).toBeNull();
    expect(fromSvg("<svg xmlns='http://www.w3.org/2000/svg'/>")).toBeNull();
  });
});
