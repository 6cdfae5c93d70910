/** What can be drawn: datasets and components in groups, to be searched, dragged, or added by Enter. */
import { type JSX, type KeyboardEvent, useMemo, useState } from "react";
import type { Component, DatasetOffer } from "@/api/types";
import { DRAG_TYPE } from "@/canvas/dropping";
import { useDesigner, useShown } from "@/designer/context";
import type { Source } from "@/designer/designer";
import { drawable } from "@/graph/catalogue";
import { Icon } from "@/ui/Icon";
import { Markdown } from "@/ui/Markdown";
import { search } from "@/ui/Picker";
import { _, ngettext } from "@/i18n";

interface Entry {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly group: string;
  readonly source: Source;
  readonly about: Component | DatasetOffer;
}

export function Palette(): JSX.Element {
  const catalogue = useShown((state) => state.catalogue);
  const [text, setText] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const entries = useMemo(() => [...catalogue.datasets.map(datasetEntry), ...drawable(catalogue).map(componentEntry)], [catalogue]);
  const found = useMemo(() => search(entries, text), [entries, text]);
  const groups = useMemo(() => groupsOf(entries), [entries]);
  const about = entries.find((entry) => entry.id === open);
  return (
    <section className="palette" aria-label={_("Palette")}>
      <div className="palette-search">
        <Icon name="search" />
        <input className="s-field" type="search" placeholder={_("Search the palette")} value={text}
          aria-label={_("Search datasets and components")} onChange={(event) => setText(event.target.value)}
          data-testid="palette-search" onKeyDown={toList} />
      </div>
      <div className="palette-groups scrolls">
        {groups.map((group) => (
          <Group key={group} name={group} entries={found.filter((entry) => entry.group === group)}
            isSearching={text !== ""} onAbout={setOpen} about={open} />
        ))}
        {found.length === 0 ? <p className="quiet">{_("Nothing fits “%(text)s”.", { text })}</p> : null}
      </div>
      {about ? <About entry={about} onClose={() => setOpen(null)} /> : null}
    </section>
  );
}

interface GroupProps {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly isSearching: boolean;
  readonly about: string | null;
  readonly onAbout: (id: string | null) => void;
}

function Group({ name, entries, isSearching, about, onAbout }: GroupProps): JSX.Element | null {
  const [isOpen, setOpen] = useState(true);
  if (entries.length === 0) return null;
  return (
    <details className="palette-group" open={isOpen || isSearching} onToggle={(event) => isSearching || setOpen(event.currentTarget.open)}>
      <summary><Icon name="chevron" size={12} /> {name} <span className="s-count">{entries.length}</span></summary>
      <ul>{entries.map((entry) => <PaletteItem key={entry.id} entry={entry} isAbout={about === entry.id} onAbout={onAbout} />)}</ul>
    </details>
  );
}

function PaletteItem({ entry, isAbout, onAbout }: {
  readonly entry: Entry; readonly isAbout: boolean; readonly onAbout: (id: string | null) => void;
}): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const add = (): void => {
    const id = designer.add(entry.source, null);
    if (id) designer.viewport?.show(id);
  };
  return (
    <li className="palette-row">
      <div
        className="palette-item" role="button" tabIndex={0} draggable={canEdit} data-testid={entry.id}
        aria-label={_("Add %(title)s", { title: entry.label })} title={_("Drag onto the canvas, or double-click")}
        onDragStart={(event) => {
          event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(entry.source));
          event.dataTransfer.effectAllowed = "copy";
        }}
        onDoubleClick={add}
        onKeyDown={(event) => {
          if (event.key === "Enter") { event.preventDefault(); add(); } else toList(event);
        }}
      >
        <Icon name={"dataset" in entry.source ? "data" : "step"} size={14} />
        <span className="palette-name">{entry.label}</span>
        {entry.about.owner ? <span className="palette-extra" title={_("Offered by the project “%(project)s”", { project: entry.about.owner })}>{entry.about.owner}</span> : null}
        {installOf(entry) ? <span className="palette-extra" title={_("Not installed on this server: %(command)s", { command: installOf(entry) })}>{_("not installed")}</span> : null}
      </div>
      <button type="button" className="s-button is-quiet is-icon palette-about" aria-pressed={isAbout}
        aria-label={_("About %(title)s", { title: entry.label })} onClick={() => onAbout(isAbout ? null : entry.id)}>?</button>
    </li>
  );
}

function About({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  return (
    <aside className="about" aria-label={_("About %(title)s", { title: entry.label })}>
      <header>
        <h3>{entry.label}</h3>
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Close")} onClick={onClose}><Icon name="close" /></button>
      </header>
      <div className="about-text scrolls">
        {installOf(entry) ? (
          <p className="about-install">{_("It needs the extra “%(extra)s”, which is not installed on this server. Whoever runs the server installs it with:", { extra: "extra" in entry.about ? String(entry.about.extra) : "" })} <code>{installOf(entry)}</code></p>
        ) : null}
        {"help" in entry.about ? <Markdown text={entry.about.help} /> : <AboutDataset dataset={entry.about} />}
      </div>
      {canEdit ? (
        <button type="button" className="s-button" onClick={() => { designer.add(entry.source, null); designer.set({ sheet: null }); }}>
          <Icon name="plus" /> {_("Add to canvas")}
        </button>
      ) : null}
    </aside>
  );
}

export function AboutDataset({ dataset }: { readonly dataset: DatasetOffer }): JSX.Element {
  const columns = dataset.schema?.columns ?? [];
  const rows = dataset.schema?.row_count;
  return (
    <>
      <Markdown text={dataset.description} />
      <p className="quiet">
        {_("Version %(version)s", { version: dataset.version })}
        {rows === null || rows === undefined ? "" : ` · ${ngettext("%(count)s row", "%(count)s rows", rows)}`}
        {` · ${ngettext("%(count)s column", "%(count)s columns", columns.length)}`}
      </p>
      {dataset.url ? <p><a href={dataset.url} target="_blank" rel="noreferrer">{_("Open the dataset's page")}</a></p> : null}
    </>
  );
}

const componentEntry = (component: Component): Entry => ({
  id: `palette-${component.name}`, label: component.title, detail: component.group, group: component.group,
  source: { component: component.name }, about: component,
});

const datasetEntry = (dataset: DatasetOffer): Entry => ({
  id: `palette-dataset-${dataset.name}`, label: dataset.name, detail: _("Dataset"),
  group: groupOf(dataset), source: { dataset }, about: dataset,
});

const groupOf = (dataset: DatasetOffer): string => {
  if (dataset.owner) return _("Datasets ▸ Of other projects");
  return dataset.is_sample ? _("Datasets ▸ Samples") : _("Datasets ▸ My datasets");
};

const installOf = (entry: Entry): string => ("install" in entry.about ? (entry.about.install ?? "") : "");

const groupsOf = (entries: readonly Entry[]): readonly string[] => [...new Set(entries.map((entry) => entry.group))];

/** Arrows walk through the entries, from the search box down. */
function toList(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...(event.currentTarget.closest(".palette")?.querySelectorAll<HTMLElement>("details[open] .palette-item") ?? [])];
  const next = items[items.indexOf(event.currentTarget) + (event.key === "ArrowDown" ? 1 : -1)];
  event.preventDefault();
  event.stopPropagation();
  if (next) next.focus();
  else if (event.key === "ArrowUp") event.currentTarget.closest(".palette")?.querySelector<HTMLElement>("[type=search]")?.focus();
}
