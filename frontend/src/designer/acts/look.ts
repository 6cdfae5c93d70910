/** Acts on what a person sees and what is chosen: the drawing itself stays as it is. */
import type { Designer } from "@/designer/designer";
import { type Look, rememberLook } from "@/designer/look";
import { onlyNode } from "@/designer/state";
import { componentOf, outputsOf } from "@/graph/catalogue";
import { reach, type Stream } from "@/graph/reach";
import { _, ngettext } from "@/i18n";

export function look(designer: Designer, change: Partial<Look>): void {
  const next = { ...designer.state.look, ...change };
  rememberLook(next);
  designer.set({ look: next });
}

export function turn<K extends keyof Look>(designer: Designer, key: K, values: readonly Look[K][]): void {
  const now = values.indexOf(designer.state.look[key]);
  look(designer, { [key]: values[(now + 1) % values.length] } as Partial<Look>);
}

export function toggleMinimap(designer: Designer): void {
  const { minimap } = designer.state.look;
  const isShown = minimap === "on" || (minimap === "auto" && document.querySelector("[data-testid=minimap]") !== null);
  look(designer, { minimap: isShown ? "off" : "on" });
}

export function chooseStream(designer: Designer, way: Stream): void {
  const found = reach(designer.document, designer.state.nodes, way);
  designer.select([...found], []);
  designer.announce(ngettext("%(count)s step chosen.", "%(count)s steps chosen.", found.size));
}

/** The n-th result of the chosen step. */
export function openPort(designer: Designer, index: number): void {
  const node = onlyNode(designer.state);
  const port = outputsOf(componentOf(designer.catalogue, designer.document.nodes[node ?? ""]))[index];
  if (!node || !port) return designer.tell(_("This step has no output %(n)s.", { n: index + 1 }), "error");
  designer.openOutput(node, port.name);
}

export function openTab(designer: Designer, tab: "outputs" | "info"): void {
  designer.set({ tab, sheet: "pane" });
  window.requestAnimationFrame(() => document.querySelector<HTMLElement>(tab === "outputs" ? ".s-log" : `#tab-${tab}`)?.focus());
}
