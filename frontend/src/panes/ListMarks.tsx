/** Notes and groups in the list: read, written, and taken away as on the canvas. */
import type { JSX } from "react";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { titleOf } from "@/graph/catalogue";
import { Icon } from "@/ui/Icon";
import { Markdown } from "@/ui/Markdown";
import { _, ngettext } from "@/i18n";

export function ListMarks(): JSX.Element | null {
  const designer = useDesigner();
  const { notes = {}, groups = {}, nodes } = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const canEdit = useShown((state) => state.canEdit);
  const remove = (id: string): void => { designer.select([], [], [id]); designer.deleteSelection(); };
  const about = (node: string | undefined): string => { const drawn = node ? nodes[node] : undefined; return drawn ? _("About “%(title)s”", { title: titleOf(catalogue, drawn) }) : ""; };
  if (Object.keys(notes).length + Object.keys(groups).length === 0) return null;
  return (
    <>
      {Object.keys(groups).length ? (
        <section className="list-marks"><h3>{_("Groups")}</h3><ul>
          {Object.entries(groups).map(([id, group]) => (
            <li key={id} data-testid={`list-group-${id}`}>
              <span>{group.title || _("Group")} <small>{ngettext("%(count)s step", "%(count)s steps", group.nodes?.length ?? 0)}</small></span>
              {canEdit ? <Acts label={group.title || _("Group")} onOpen={() => designer.openDialog({ kind: "group", group: id })} onDelete={() => remove(id)} /> : null}
            </li>
          ))}
        </ul></section>
      ) : null}
      {Object.keys(notes).length ? (
        <section className="list-marks"><h3>{_("Notes")}</h3><ul>
          {Object.entries(notes).map(([id, note]) => (
            <li key={id} data-testid={`list-note-${id}`}>
              <div>{note.text ? <Markdown text={note.text} /> : <span className="quiet">{_("Empty note")}</span>}<small>{about(note.node)}</small></div>
              {canEdit ? <Acts label={_("Note")} onOpen={() => designer.openDialog({ kind: "note", note: id })} onDelete={() => remove(id)} /> : null}
            </li>
          ))}
        </ul></section>
      ) : null}
    </>
  );
}

function Acts({ label, onOpen, onDelete }: { readonly label: string; readonly onOpen: () => void; readonly onDelete: () => void }): JSX.Element {
  return (
    <span>
      <button type="button" className="s-button is-small" onClick={onOpen}>{_("Edit")}</button>
      <button type="button" className="s-button is-quiet is-icon" aria-label={_("Delete %(title)s", { title: label })} onClick={onDelete}><Icon name="trash" /></button>
    </span>
  );
}
