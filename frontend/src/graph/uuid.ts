/** Random names: of operations and pages, and the short tail that keeps the names of new nodes apart. */

/** `crypto.randomUUID` is missing where a page is not served by https. */
export function freshUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** Two people who add the same component at once, or one of them offline, must not give both the same name. */
export const freshTail = (): string =>
  [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => LETTERS[byte % LETTERS.length]).join("");
