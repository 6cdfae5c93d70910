/** Acts on pipeline components: collapse, look inside, expand, save as a version, bring cards up to date. */
import { reasonOf } from "@/api/client";
import type { Component } from "@/api/types";
import type { Designer } from "@/designer/designer";
import { onlyNode } from "@/designer/state";
import { componentOf, withOwn } from "@/graph/catalogue";
import { collapsed, expanded, updated } from "@/graph/subgraph";
import { _, ngettext } from "@/i18n";

const FROM = "from";

export interface Exposed {
  readonly node: string;
  readonly parameter: string;
  readonly name: string;
}

/** The component of the one chosen card, if it is a pipeline. */
export function chosenPipeline(designer: Designer): Component | null {
  const node = onlyNode(designer.state);
  const component = node ? componentOf(designer.catalogue, designer.document.nodes[node]) : undefined;
  return component?.own?.kind === "graph" ? component : null;
}

/** Raises what the server refuses. */
export async function collapse(designer: Designer, name: string, title: string, exposed: readonly Exposed[]): Promise<void> {
  const ids = designer.state.nodes;
  await designer.saved();
  const made = await designer.api.collapse(designer.state.id, { nodes: ids, name, title, exposed });
  learn(designer, made);
  const next = collapsed(designer.document, ids, made);
  designer.change(next.document, _("Collapse into %(title)s", { title: made.title }));
  designer.openDialog(null);
  designer.focus(next.card);
  designer.announce(ngettext("%(count)s step collapsed.", "%(count)s steps collapsed.", ids.length));
}

export async function openInside(designer: Designer): Promise<void> {
  const component = chosenPipeline(designer);
  if (!component?.own) return;
  await guarded(designer, async () => {
    await designer.saved();
    const draft = await designer.api.openInside(component.own?.id ?? "", component.version);
    location.assign(`${draft.url}?${FROM}=${designer.state.isRunView ? "" : designer.state.id}`);
  });
}

export async function expandInPlace(designer: Designer): Promise<void> {
  const card = onlyNode(designer.state);
  const component = chosenPipeline(designer);
  if (!card || !component?.own) return;
  await guarded(designer, async () => {
    const version = await designer.api.componentVersion(component.own?.id ?? "", component.version);
    const inside = version.definition.how?.document;
    if (!inside) return;
    const next = expanded(designer.document, card, component, inside);
    designer.change(next.document, _("Expand %(title)s", { title: component.title }));
    designer.select(next.ids, []);
  });
}

/** The draft as the next version of the component that it is the inside of. */
export async function saveInside(designer: Designer): Promise<void> {
  const inside = designer.state.insideOf;
  if (!inside) return;
  await guarded(designer, async () => {
    await designer.saved();
    const made = await designer.api.saveInside(designer.state.id);
    designer.set({ insideOf: { ...inside, version: made.version } });
    designer.tell(made.version === inside.version ? _("Nothing has changed since version %(version)s.", { version: made.version })
      : _("Saved as version %(version)s. Cards that use an older one offer the update.", { version: made.version }));
  });
}

/** Back to the drawing from which this one was opened. */
export function leaveInside(designer: Designer): void {
  const from = new URLSearchParams(location.search).get(FROM);
  if (from) location.assign(designer.state.url.replace(designer.state.id, from));
  else history.back();
}

/** The cards of the drawing that use an older version of the component than the newest. */
export const outdated = (designer: Designer, name: string): readonly string[] =>
  Object.entries(designer.document.nodes).flatMap(([id, node]) =>
    node.component === name && isOutdated(componentOf(designer.catalogue, node)) ? [id] : []);

export const isOutdated = (component: Component | undefined): boolean =>
  component?.own !== undefined && component.own.latest !== component.version;

export function update(designer: Designer, cards: readonly string[], name: string): void {
  const newest = designer.catalogue.components.get(name);
  if (!newest) return;
  designer.change(updated(designer.document, cards, newest), _("Update %(title)s", { title: newest.title }));
  designer.openDialog(null);
  designer.tell(_("Updated to version %(version)s.", { version: newest.version }));
}

function learn(designer: Designer, made: Component): void {
  designer.set({ catalogue: withOwn(designer.catalogue, made) });
}

async function guarded(designer: Designer, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    designer.tell(reasonOf(error), "error");
  }
}
