/** Adds a step by name; from a dangling link, only what the link can go to. */
import { type JSX, useMemo, useRef } from "react";
import type { Position } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import type { Source } from "@/designer/designer";
import { drawable } from "@/graph/catalogue";
import { chain } from "@/designer/acts/wire";
import { type Uses, useUses } from "@/dialogs/uses";
import { compatible, type End, portOf } from "@/graph/connect";
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
  const uses = useUses();
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
      ? ranked(designer, from, uses).map(({ component, port }) => ({ name: component, detail: port.label }))
      : drawable(catalogue).map((component) => ({ name: component.name, detail: component.group }));
    for (const { name, detail } of components) {
      offered.set(name, { component: name });
      list.push({ id: name, label: catalogue.components.get(name)?.title ?? name, detail });
    }
    return { items: list, sources: offered };
  }, [catalogue, designer, from, uses]);
  const chained = useRef(false);
  const pick = (item: Item, keepOpen: boolean): void => {
    const source = sources.get(item.id);
    if (!source) return;
    if (!keepOpen) onClose();
    // With the menu kept open, each next step is wired to the one before.
    const isFirst = !chained.current;
    chained.current = keepOpen;
    const id = isFirst ? designer.add(source, at, from) : chain(designer, source);
    if (id) designer.focus(id);
  };
  return (
    <Modal title={from ? _("Add a step that fits") : _("Add a step")} onClose={onClose} testId="add-dialog">
      <Picker items={items} placeholder={_("Search datasets and components")} onPick={pick} />
      <p className="quiet">{_("Enter adds; Shift+Enter adds, stays here, and wires the next step to it.")}</p>
    </Modal>
  );
}

/** What this project links most often first, then the ports whose type is exactly the same. */
function ranked(designer: ReturnType<typeof useDesigner>, from: End, uses: Uses): ReturnType<typeof compatible> {
  const own = designer.document.nodes[from.node]?.component ?? "";
  const type = portOf(designer.catalogue, designer.document, from)?.type;
  const count = (name: string): number => (from.side === "output" ? uses.after(own, name) : uses.after(name, own));
  return [...compatible(designer.catalogue, designer.document, from)]
    .sort((a, b) => count(b.component) - count(a.component) || Number(b.port.type === type) - Number(a.port.type === type));
}

function compatibleWithData(designer: ReturnType<typeof useDesigner>, from: End): boolean {
  const component = designer.catalogue.components.get(designer.document.nodes[from.node]?.component ?? "");
  const type = component?.inputs?.find((port) => port.name === from.port)?.type;
  return type === "table" || type === "any";
}
