import { afterEach, describe, expect, test } from "vitest";
import { _, ngettext, pgettext } from "@/i18n";

const page = globalThis as unknown as { window?: Record<string, unknown> };
const own = page.window;

function speak(catalogue: Record<string, unknown>): void {
  page.window = catalogue;
}

afterEach(() => { page.window = own; });

describe("translated texts", () => {
  test("a word of two meanings has a translation for each", () => {
    const words: Record<string, string> = { "act|Run": "Ausführen" };
    speak({ gettext: (text: string) => (text === "Run" ? "Lauf" : text), pgettext: (context: string, text: string) => words[`${context}|${text}`] ?? text });
    expect([_("Run"), pgettext("act", "Run")]).toEqual(["Lauf", "Ausführen"]);
  });

  test("a number chooses between the forms", () => {
    speak({ ngettext: (one: string, several: string, count: number) => (count === 1 ? one : several) });
    expect(ngettext("%(count)s step", "%(count)s steps", 2)).toBe("2 steps");
  });

  test("without a catalogue the English text is told, with its values", () => {
    speak({});
    expect(pgettext("act", "Run %(n)s", { n: 3 })).toBe("Run 3");
  });
});
