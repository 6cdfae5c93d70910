/** Acts on what steps do in the next run: disabled, bypassed, pinned, run anew. */
import { reasonOf } from "@/api/client";
import type { Designer } from "@/designer/designer";
import { onlyNode, stepOf } from "@/designer/state";
import { isPinned, type Mode, setPin, toggleMode, toggleRegenerate } from "@/graph/mode";
import { _, ngettext } from "@/i18n";

export function toggle(designer: Designer, mode: Mode): void {
  const { nodes } = designer.state;
  const next = toggleMode(designer.document, nodes, mode);
  const isOn = nodes.some((id) => next.nodes[id]?.mode === mode);
  designer.change(next, mode === "disabled" ? (isOn ? _("Disable") : _("Enable")) : (isOn ? _("Bypass") : _("End bypass")));
  designer.announce(mode === "disabled"
    ? (isOn ? ngettext("%(count)s step disabled: it does not run, nor does what needs it.", "%(count)s steps disabled: they do not run, nor does what needs them.", nodes.length)
      : ngettext("%(count)s step enabled.", "%(count)s steps enabled.", nodes.length))
    : (isOn ? ngettext("%(count)s step bypassed: its first fitting input is passed on.", "%(count)s steps bypassed: their first fitting input is passed on.", nodes.length)
      : ngettext("%(count)s step takes part again.", "%(count)s steps take part again.", nodes.length)));
}

export function invalidate(designer: Designer): void {
  const { nodes } = designer.state;
  const next = toggleRegenerate(designer.document, nodes);
  const isOn = nodes.some((id) => next.nodes[id]?.regenerate);
  designer.change(next, isOn ? _("Run anew") : _("Reuse results again"));
  designer.announce(isOn
    ? ngettext("%(count)s step runs anew next time, also where an equal result is there.", "%(count)s steps run anew next time, also where an equal result is there.", nodes.length)
    : _("Equal results are reused again."));
}

/** The results of the shown run stand in for the step's own from now on; again: they do not any more. */
export function togglePin(designer: Designer): void {
  const node = onlyNode(designer.state);
  if (!node) return;
  if (isPinned(designer.document.nodes[node])) {
    const ports = Object.keys(designer.document.nodes[node]?.pins ?? {});
    designer.change(ports.reduce((document, port) => setPin(document, node, port, null), designer.document), _("Unpin"));
    return designer.announce(_("Unpinned: the step runs again."));
  }
  const { run } = designer.state;
  const outputs = (stepOf(designer.state, node)?.outputs ?? []).filter((output) => output.tree);
  if (!run || outputs.length === 0) return designer.tell(_("There is nothing to pin yet: run this step first, then its results can be kept."), "error");
  void designer.api.me().then((me) => {
    const pinned_at = new Date().toISOString();
    const next = outputs.reduce((document, { port, tree = "" }) =>
      setPin(document, node, port, { run: run.id, node, port, tree, pinned_at, pinned_by: me.name }), designer.document);
    designer.change(next, _("Pin"));
    designer.tell(_("Pinned: the results of run %(number)s stand in for this step. A run with pins is marked, and its models cannot be promoted.", { number: run.number }));
  }, (error: unknown) => designer.tell(reasonOf(error), "error"));
}
