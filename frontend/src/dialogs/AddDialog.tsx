/** Adds a step by name; from a dangling link, only what the link can go to. */
import { type JSX, useMemo } from "react";
import type { Position } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import type { Source } from "@/designer/designer";
import { drawable } from "@/graph/catalogue";
import { compatible, type End } from "@/graph/connect";
import { Modal } from "@/ui/Modal";
import { type Item, Picker } from "@/ui/Picker";
import { _ } from "@/i18n";

interface AddDialogProps {
  readonly at: Position | null;
  readonly from: End | null;
  readonly onClose: () => void;
}

export function AddDialog({ at, from, onClose }: AddDialogProps): JSX.Element {
  const designer = useDesigner();
  const catalogue = useShown((state) => state.catalogue);
  const { items, sources } = useMemo(() => {
    const offered = new Map<string, Source>();
    const list: Item[] = [];
    if (!from || from.side === "input") {
      for (const dataset of catalogue.datasets) {
        if (from && !compatibleWithData(designer, from)) break;
        offered.set(`dataset-${dataset.name}`, { dataset });
        list.push({ id: `dataset-${dataset.name}`, label: dataset.name, detail: _("Dataset") });
      }
    }
    const components = from
      ? compatible(catalogue, designer.document, from).map(({ component, port }) => ({ name: component, detail: port.label }))
      : drawable(catalogue).map((component) => ({ name: component.name, detail: component.group }));
    for (const { name, detail } of components) {
      offered.set(name, { component: name });
      list.push({ id: name, label: catalogue.components.get(name)?.title ?? name, detail });
    }
    return { items: list, sources: offered };
  }, [catalogue, designer, from]);
  const pick = (item: Item, keepOpen: boolean): void => {
    const source = sources.get(item.id);
    if (!source) return;
    if (!keepOpen) onClose();
    const id = designer.add(source, at, from);
    if (id) designer.focus(id);
  };
  return (
    <Modal title={from ? _("Add a step that fits") : _("Add a step")} onClose={onClose} testId="add-dialog">
      <Picker items={items} placeholder={_("Search datasets and components")} onPick={pick} />
      <p className="quiet">{_("Enter adds; Shift+Enter adds and stays here.")}</p>
    </Modal>
  );
}

function compatibleWithData(designer: ReturnType<typeof useDesigner>, from: End): boolean {
  const component = designer.catalogue.components.get(designer.document.nodes[from.node]?.component ?? "");
  const type = component?.inputs?.find((port) => port.name === from.port)?.type;
  return type === "table" || type === "any";
}
