import { describe, expect, it } from "vitest";
import { checksum } from "@/sending/checked";
import { ofInput } from "@/sending/chosen";
import { fingerprint, said } from "@/sending/sending";
import { bytes } from "@/sending/view";

const file = (name: string, text: string): File => new File([text], name, { lastModified: 5 });

describe("sending files", () => {
  it("tells sizes as people do", () => {
    expect([0, 999, 1500, 123_456_789, 5e12].map(bytes)).toEqual(["0 B", "999 B", "1.5 kB", "123 MB", "5.0 TB"]);
  });

  it("knows a file again by project, path, size and time", () => {
    const chosen = { file: file("a.bin", "xyz"), path: "m/a.bin" };
    expect(fingerprint(chosen, "churn")).toBe("mlops|churn|m/a.bin|3|5");
    expect(fingerprint(chosen, "other")).not.toBe(fingerprint(chosen, "churn"));
  });

  it("says what the server refused, and else that the connection broke", () => {
    const refused = { originalResponse: { getBody: () => JSON.stringify({ detail: "Too large.", hint: "Ask." }) } };
    expect(said(refused)).toBe("Too large. Ask.");
    expect(said(new Error("lost"))).toContain("connection broke");
  });

  it("takes the paths of a folder from its input", () => {
    const inside = Object.defineProperty(file("b.bin", "y"), "webkitRelativePath", { value: "m/b.bin" });
    const input = { files: [file("a.bin", "x"), inside] } as unknown as HTMLInputElement;
    expect(ofInput(input).map((one) => one.path)).toEqual(["a.bin", "m/b.bin"]);
  });

  it("adds a checksum to a piece, as tus writes it", async () => {
    const piece = { arrayBuffer: () => Promise.resolve(new TextEncoder().encode("abc").buffer) } as Blob;
    expect(await checksum(piece)).toBe("sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  });
});
