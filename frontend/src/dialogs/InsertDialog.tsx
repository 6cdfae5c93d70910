/** A step into the middle of a link: only what can stand there. */
import { type JSX, useMemo } from "react";
import { insertNew } from "@/designer/acts/wire";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { useUses } from "@/dialogs/uses";
import { drawable } from "@/graph/catalogue";
import { edgeId } from "@/graph/document";
import { wayThrough } from "@/graph/splice";
import { Modal } from "@/ui/Modal";
import { Picker } from "@/ui/Picker";
import { _ } from "@/i18n";

export function InsertDialog({ edge: link, onClose }: { readonly edge: string; readonly onClose: () => void }): JSX.Element | null {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const uses = useUses();
  const edge = document.edges.find((each) => edgeId(each) === link);
  const items = useMemo(() => (edge ? drawable(catalogue).filter((each) => wayThrough(catalogue, document, edge, each)) : [])
    .map((each) => ({ id: each.name, label: each.title, detail: each.group }))
    .sort((a, b) => uses.after(document.nodes[edge?.source ?? ""]?.component ?? "", b.id) - uses.after(document.nodes[edge?.source ?? ""]?.component ?? "", a.id)), [catalogue, document, edge, uses]);
  if (!edge) return null;
  return (
    <Modal title={_("Insert a step into this link")} onClose={onClose} testId="insert-dialog">
      <Picker items={items} placeholder={_("Search components")} onPick={(item) => { onClose(); insertNew(designer, link, { component: item.id }); }} />
    </Modal>
  );
}
