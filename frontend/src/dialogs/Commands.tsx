/** Every act by name, and every step of the drawing: one box for all. */
import { type JSX, useMemo } from "react";
import { keysOf } from "@/actions/bindings";
import { readable } from "@/actions/keys";
import { ACTIONS, groupName } from "@/actions/table";
import { useDesigner } from "@/designer/context";
import { titleOf } from "@/graph/catalogue";
import { readingOrder } from "@/graph/place";
import { Modal } from "@/ui/Modal";
import { type Item, Picker } from "@/ui/Picker";
import { _ } from "@/i18n";

export function Commands({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const items = useMemo(() => {
    const acts: Item[] = ACTIONS.filter((each) => each.id !== "commands" && !each.whileLinking && each.enabled(designer)).map((each) => ({
      id: each.id, label: each.label(), detail: groupName(each.group), hint: keysOf(each)[0] ? readable(keysOf(each)[0] as string) : "",
    }));
    const steps: Item[] = readingOrder(designer.document).slice(0, 500).map((node) => ({
      id: `go:${node}`, label: titleOf(designer.catalogue, designer.document.nodes[node] as NonNullable<typeof designer.document.nodes[string]>), detail: _("Go to step"),
    }));
    return [...acts, ...steps];
  }, [designer]);
  return (
    <Modal title={_("Commands")} onClose={onClose} testId="commands-dialog">
      <Picker items={items} placeholder={_("Find a command")} onPick={(item) => {
        onClose();
        if (item.id.startsWith("go:")) designer.focus(item.id.slice(3));
        else ACTIONS.find((each) => each.id === item.id)?.perform(designer);
      }} />
    </Modal>
  );
}
