/** The same as a list: for phones, for screen readers, and for whoever likes tables. */
import type { JSX } from "react";
import { beside } from "@/lineage/drawn";
import { Opener, type Shared } from "@/lineage/Drawing";
import { sortOf } from "@/lineage/words";
import { _, moment } from "@/i18n";

export function ThingList({ drawn, seen, selected, select, open }: Shared): JSX.Element {
  const titles = (names: readonly string[]): string => names.map((name) => drawn.things.get(name)?.title ?? name).join(", ");
  const rows = [...seen.things].sort((a, b) => a.distance - b.distance || a.kind.localeCompare(b.kind));
  return (
    <div className="l-list">
      <table>
        <thead><tr><th scope="col">{_("Thing")}</th><th scope="col">{_("Comes from")}</th><th scope="col">{_("Used by")}</th><th scope="col">{_("Since")}</th></tr></thead>
        <tbody>
          {rows.map((thing) => (
            <tr key={thing.name} aria-current={thing.name === selected || undefined}>
              <th scope="row">
                <button type="button" className="l-row" onClick={() => select(thing.name)}>
                  <span className={`l-sort kind-${thing.kind}`}>{sortOf(thing)}</span>
                  <span className="l-title">{thing.title}</span></button></th>
              <td data-label={_("Comes from")}>{titles(beside(seen.links, thing.name, "up"))} <Opener thing={thing} drawn={drawn} side="up" open={open} /></td>
              <td data-label={_("Used by")}>{titles(beside(seen.links, thing.name, "down"))} <Opener thing={thing} drawn={drawn} side="down" open={open} /></td>
              <td data-label={_("Since")}>{thing.at ? moment(thing.at) : ""}</td>
            </tr>))}
        </tbody>
      </table>
    </div>
  );
}
