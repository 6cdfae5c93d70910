/** What is different in the newest version of a component, and the update of one card or of all. */
import { type JSX, useEffect, useState } from "react";
import { reasonOf } from "@/api/client";
import type { ComponentDifference } from "@/api/types";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { outdated, update } from "@/designer/subgraphs";
import { componentOf } from "@/graph/catalogue";
import { Modal } from "@/ui/Modal";
import { _, ngettext } from "@/i18n";

export function UpdateDialog({ node, onClose }: { readonly node: string; readonly onClose: () => void }): JSX.Element | null {
  const designer = useDesigner();
  const drawn = useDocument().nodes[node];
  const catalogue = useShown((state) => state.catalogue);
  const component = componentOf(catalogue, drawn);
  const [found, setFound] = useState<ComponentDifference | null>(null);
  const [error, setError] = useState("");
  const own = component?.own;
  useEffect(() => {
    if (!own || !component) return;
    designer.api.componentDifference(own.id, component.version, own.latest).then(setFound, (reason: unknown) => setError(reasonOf(reason)));
  }, [designer, own, component]);
  if (!component || !own) return null;
  const all = outdated(designer, component.name);
  return (
    <Modal title={_("Update %(title)s", { title: component.title })} onClose={onClose} testId="update-dialog">
      <p>{_("This card uses version %(old)s; the newest is %(new)s.", { old: component.version, new: own.latest })}</p>
      {error ? <p className="note note-error" role="alert">{error}</p> : null}
      {found ? <Changes found={found} /> : error ? null : <p className="quiet">{_("Loading…")}</p>}
      <p className="modal-actions">
        <button type="button" className="s-button is-primary" data-testid="update-one" onClick={() => update(designer, [node], component.name)}>{_("Update this card")}</button>
        {all.length > 1 ? (
          <button type="button" className="s-button" data-testid="update-all" onClick={() => update(designer, all, component.name)}>
            {ngettext("Update %(count)s card", "Update all %(count)s cards", all.length)}
          </button>
        ) : null}
      </p>
    </Modal>
  );
}

function Changes({ found }: { readonly found: ComponentDifference }): JSX.Element {
  const inside = found.inside;
  const lines = inside ? [
    ...inside.added.map((id) => _("Step added: %(id)s", { id })),
    ...inside.removed.map((id) => _("Step removed: %(id)s", { id })),
    ...Object.entries(inside.changed).map(([id, names]) => _("Step changed: %(id)s (%(names)s)", { id, names: names.join(", ") })),
    ...inside.edges_added.map((edge) => _("Link added: %(from)s to %(to)s", { from: edge.source, to: edge.target })),
    ...inside.edges_removed.map((edge) => _("Link removed: %(from)s to %(to)s", { from: edge.source, to: edge.target })),
  ] : [];
  return (
    <>
      <h3>{_("Interface")}</h3>
      {found.interface.length ? <ul>{found.interface.map((line) => <li key={line}>{line}</li>)}</ul> : <p className="quiet">{_("Unchanged.")}</p>}
      {inside ? <><h3>{_("Inside")}</h3>{lines.length ? <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul> : <p className="quiet">{_("Unchanged.")}</p>}</> : null}
    </>
  );
}
