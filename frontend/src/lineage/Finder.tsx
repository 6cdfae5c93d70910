/** Finds a thing in the drawing, and elsewhere in what one may see. */
import { type JSX, useEffect, useState } from "react";
import type { Drawn } from "@/lineage/drawn";
import type { Thing } from "@/lineage/types";
import { kindName } from "@/lineage/words";
import { _ } from "@/i18n";

const PAUSE_MS = 250;
const MOST = 8;

interface Props {
  readonly drawn: Drawn;
  readonly project: string;
  readonly read: (path: string) => Promise<unknown>;
  readonly pick: (name: string) => void;
}

export function Finder({ drawn, project, read, pick }: Props): JSX.Element {
  const [text, setText] = useState("");
  const [elsewhere, setElsewhere] = useState<readonly Thing[]>([]);
  const wanted = text.trim().toLowerCase();
  const here = wanted ? [...drawn.things.values()].filter((thing) => `${thing.title} ${thing.name}`.toLowerCase().includes(wanted)) : [];
  useEffect(() => {
    setElsewhere([]);
    if (wanted.length < 2) return undefined;
    let isOver = false;
    const timer = setTimeout(() => {
      read(`lineage/things/?${new URLSearchParams({ q: wanted, project })}`)
        .then((found) => { if (!isOver) setElsewhere((found as { results: Thing[] }).results.filter((thing) => !drawn.things.has(thing.name))); })
        .catch(() => { /* the drawing is searched all the same */ });
    }, PAUSE_MS);
    return () => { isOver = true; clearTimeout(timer); };
  }, [wanted, project, read, drawn.things]);
  const first = here[0];
  return (
    <div className="l-find">
      <input type="search" aria-label={_("Find a thing")} placeholder={_("Find…")} value={text} autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => { if (event.key === "Enter" && first) pick(first.name); if (event.key === "Escape") setText(""); }} />
      {wanted && here.length + elsewhere.length > 0 ? (
        <ul aria-label={_("Found")}>
          {here.slice(0, MOST).map((thing) => <li key={thing.name}><button type="button" onClick={() => { pick(thing.name); setText(""); }}><span className="l-sort">{kindName(thing.kind)}</span> {thing.title}</button></li>)}
          {elsewhere.slice(0, MOST).map((thing) => <li key={thing.name}><a href={`?${new URLSearchParams({ of: thing.name, project })}`}><span className="l-sort">{kindName(thing.kind)}</span> {thing.title} ↗</a></li>)}
        </ul>) : null}
    </div>
  );
}
