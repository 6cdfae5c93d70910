/** A frame's name, colour and members. */
import { type JSX, useState } from "react";
import { describeGroup, fitGroup } from "@/designer/acts/marks";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { Colours } from "@/dialogs/Colours";
import { titleOf } from "@/graph/catalogue";
import { readingOrder } from "@/graph/place";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

export function GroupDialog({ group: id, onClose }: { readonly group: string; readonly onClose: () => void }): JSX.Element | null {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const group = document.groups?.[id];
  const [title, setTitle] = useState(group?.title ?? "");
  if (!group) return null;
  const members = group.nodes ?? [];
  const done = (): void => {
    if (title.trim() !== (group.title ?? "")) describeGroup(designer, id, { title: title.trim() });
    onClose();
  };
  const turn = (node: string): void => {
    describeGroup(designer, id, { nodes: members.includes(node) ? members.filter((each) => each !== node) : [...members, node] });
    fitGroup(designer, id);
  };
  return (
    <Modal title={_("Group")} onClose={done} testId="group-dialog">
      <form onSubmit={(event) => { event.preventDefault(); done(); }}>
        <label className="s-row">
          <span>{_("Name")}</span>
          <input className="s-field" value={title} data-testid="group-title" onFocus={(event) => event.target.select()} onChange={(event) => setTitle(event.target.value)} />
        </label>
        <Colours chosen={group.colour ?? ""} onChoose={(colour) => describeGroup(designer, id, { colour })} />
        <details>
          <summary>{_("Steps in the group")}</summary>
          <ul className="group-members scrolls">
            {readingOrder(document).map((node) => (
              <li key={node}><label>
                <input type="checkbox" checked={members.includes(node)} onChange={() => turn(node)} /> {titleOf(catalogue, document.nodes[node] as NonNullable<typeof document.nodes[string]>)}
              </label></li>
            ))}
          </ul>
        </details>
        <p className="modal-actions"><button type="submit" className="s-button is-primary" data-testid="group-done">{_("Done")}</button></p>
      </form>
    </Modal>
  );
}
