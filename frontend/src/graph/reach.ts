/** What comes before and after: everything that the chosen steps need, and everything that needs them. */
import type { GraphDocument } from "@/api/types";

export type Stream = "up" | "down";

export function reach(document: GraphDocument, from: readonly string[], way: Stream): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const edge of document.edges) {
    const [here, there] = way === "down" ? [edge.source, edge.target] : [edge.target, edge.source];
    const known = next.get(here);
    if (known) known.push(there);
    else next.set(here, [there]);
  }
  const found = new Set<string>();
  const open = [...from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...(next.get(node) ?? []));
  }
  return found;
}

/** The steps themselves, all before and all after them. */
export const related = (document: GraphDocument, from: readonly string[]): ReadonlySet<string> =>
  new Set([...reach(document, from, "up"), ...reach(document, from, "down")]);
