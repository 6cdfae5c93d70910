/** Another component in the place of a step: which links and settings carry over is shown before. */
import { type JSX, useMemo, useState } from "react";
import { replaceStep } from "@/designer/acts/wire";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { componentOf, drawable, titleOf } from "@/graph/catalogue";
import { type Carried, replace } from "@/graph/splice";
import { Modal } from "@/ui/Modal";
import { type Item, Picker } from "@/ui/Picker";
import { _, ngettext } from "@/i18n";

export function ReplaceDialog({ node, onClose }: { readonly node: string; readonly onClose: () => void }): JSX.Element | null {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const [pickedName, setPicked] = useState<string | null>(null);
  const drawn = document.nodes[node];
  const links = document.edges.filter((edge) => edge.source === node || edge.target === node).length;
  const offers = useMemo(() => drawable(catalogue).filter((each) => each.name !== drawn?.component).map((component) => ({ component, carried: replace(catalogue, document, node, component) }))
    .sort((a, b) => b.carried.wires - a.carried.wires || sameGroup(b.component.group, catalogue, drawn) - sameGroup(a.component.group, catalogue, drawn) || b.carried.kept.length - a.carried.kept.length), [catalogue, document, node, drawn]);
  if (!drawn) return null;
  const items: Item[] = offers.map(({ component, carried }) => ({
    id: component.name, label: component.title,
    detail: links ? _("%(group)s · keeps %(kept)s of %(all)s links", { group: component.group, kept: carried.wires, all: links }) : component.group,
  }));
  const picked = offers.find(({ component }) => component.name === pickedName);
  return (
    <Modal title={_("Replace “%(title)s”", { title: titleOf(catalogue, drawn) })} onClose={onClose} testId="replace-dialog">
      {picked ? (
        <>
          <h3>{picked.component.title}</h3>
          <Mapping carried={picked.carried} />
          <p className="modal-actions">
            <button type="button" className="s-button" onClick={() => setPicked(null)}>{_("Another one")}</button>
            <button type="button" className="s-button is-primary" data-testid="replace-confirm" autoFocus onClick={() => { onClose(); replaceStep(designer, node, picked.component.name); }}>{_("Replace")}</button>
          </p>
        </>
      ) : <Picker items={items} placeholder={_("Search components")} onPick={(item) => setPicked(item.id)} />}
    </Modal>
  );
}

const sameGroup = (group: string, catalogue: Parameters<typeof componentOf>[0], drawn: Parameters<typeof componentOf>[1]): number =>
  Number(componentOf(catalogue, drawn)?.group === group);

function Mapping({ carried }: { readonly carried: Carried }): JSX.Element {
  return (
    <table className="s-facts" data-testid="replace-mapping">
      <tbody>
        <tr><th scope="row">{_("Links")}</th><td>{ngettext("%(count)s kept", "%(count)s kept", carried.wires)}{carried.cut.length ? `, ${ngettext("%(count)s cut", "%(count)s cut", carried.cut.length)}` : ""}</td></tr>
        <tr><th scope="row">{_("Settings that carry over")}</th><td>{carried.kept.map((each) => each.label).join(", ") || _("none")}</td></tr>
        <tr><th scope="row">{_("Settings at their default")}</th><td>{carried.fresh.map((each) => each.label).join(", ") || _("none")}</td></tr>
        <tr><th scope="row">{_("Settings that are lost")}</th><td>{carried.lost.map((each) => each.name).join(", ") || _("none")}</td></tr>
      </tbody>
    </table>
  );
}
