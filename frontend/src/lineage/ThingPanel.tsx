/** What is known of the selected thing: facts, its page, and its neighbours in words. */
import type { JSX } from "react";
import type { Drawn } from "@/lineage/drawn";
import type { Shared } from "@/lineage/Drawing";
import type { Thing } from "@/lineage/types";
import { relationName, sortOf } from "@/lineage/words";
import { _, moment } from "@/i18n";

interface Props {
  readonly thing: Thing;
  readonly drawn: Drawn;
  readonly project: string;
  readonly select: Shared["select"];
}

export function ThingPanel({ thing, drawn, project, select }: Props): JSX.Element {
  const query = new URLSearchParams({ of: thing.name, project });
  const near = drawn.links.filter((link) => link.source === thing.name || link.target === thing.name);
  return (
    <aside className="l-panel" aria-label={_("The selected thing")}>
      <p className={`l-sort kind-${thing.kind}`}>{sortOf(thing)}</p>
      <h2>{thing.title}</h2>
      <p className="l-name"><code>{thing.name}</code></p>
      <p className="l-acts">
        {thing.url ? <a className="s-button" href={thing.url}>{_("Open its page")}</a> : null}
        {thing.name === drawn.root ? null : <a className="s-button" href={`?${query}`}>{_("Lineage of this")}</a>}
        <a className="s-button" href={`uses/?${query}`}>{_("Who uses this")}</a>
      </p>
      <dl>
        {thing.at ? <><dt>{_("Since")}</dt><dd>{moment(thing.at)}</dd></> : null}
        {thing.by ? <><dt>{_("By")}</dt><dd>{thing.by}</dd></> : null}
        {Object.entries(thing.facts ?? {}).map(([words, value]) => <div key={words}>{words ? <dt>{words}</dt> : null}<dd>{value}</dd></div>)}
      </dl>
      {near.length > 0 ? <ul className="l-near" aria-label={_("Directly linked")}>
        {near.slice(0, 40).map((link) => {
          const other = link.source === thing.name ? link.target : link.source;
          return <li key={other}><span>{link.source === thing.name ? "→" : "←"} {relationName(link.relation)}</span> <button type="button" onClick={() => select(other)}>{drawn.things.get(other)?.title ?? other}</button></li>;
        })}</ul> : null}
    </aside>
  );
}
