/** The lineage of a thing as a drawing and as a list, with what is known of the selected one beside it. */
import { type JSX, useMemo, useState } from "react";
import { Drawing } from "@/lineage/Drawing";
import { begin, closing, type Drawn, hiding, kindsOf, merged, moreOf, shown } from "@/lineage/drawn";
import { Finder } from "@/lineage/Finder";
import { ThingList } from "@/lineage/ThingList";
import { ThingPanel } from "@/lineage/ThingPanel";
import type { Piece, Side } from "@/lineage/types";
import { kindName } from "@/lineage/words";
import { _, ngettext } from "@/i18n";

interface Props {
  readonly piece: Piece;
  readonly project: string;
  readonly read: (path: string) => Promise<unknown>;
}

export function LineageView({ piece, project, read }: Props): JSX.Element {
  const [drawn, setDrawn] = useState<Drawn>(() => begin(piece));
  const [side, setSide] = useState<Side | "both">("both");
  const [selected, select] = useState(piece.root);
  const [isList, setIsList] = useState(() => window.matchMedia?.("(max-width: 700px)").matches ?? false);
  const [told, tell] = useState("");
  const seen = useMemo(() => shown(drawn, side), [drawn, side]);
  const thing = drawn.things.get(selected) ?? drawn.things.get(drawn.root);

  const open = async (name: string, to: Side): Promise<void> => {
    const at = drawn.things.get(name);
    const after = at && moreOf(at, to);
    if (!at || after === null || after === undefined) {
      setDrawn(closing(drawn, name, to));
      return;
    }
    tell(_("Reading…"));
    try {
      const more = (await read(`lineage/?${new URLSearchParams({ of: name, project, direction: to, depth: "1", after: String(after) })}`)) as Piece;
      setDrawn((known) => merged(known, more, to));
      const count = more.nodes.length - 1;
      tell(ngettext("%(count)d more thing", "%(count)d more things", count));
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <div className="l-view">
      <div className="l-bar" role="toolbar" aria-label={_("Lineage")}>
        <fieldset><legend className="visually-hidden">{_("Direction")}</legend>
          {(["both", "up", "down"] as const).map((one) => (
            <button key={one} type="button" className="s-button" aria-pressed={side === one} onClick={() => setSide(one)}>
              {one === "both" ? _("Both") : one === "up" ? _("Where it comes from") : _("What came of it")}</button>))}
        </fieldset>
        <fieldset><legend className="visually-hidden">{_("Form")}</legend>
          <button type="button" className="s-button" aria-pressed={!isList} onClick={() => setIsList(false)}>{_("Drawing")}</button>
          <button type="button" className="s-button" aria-pressed={isList} onClick={() => setIsList(true)}>{_("List")}</button>
        </fieldset>
        <Finder drawn={drawn} project={project} read={read} pick={select} />
        <p role="status" className="l-told">{told}</p>
      </div>
      <div className="l-kinds" role="group" aria-label={_("Kinds that are shown")}>
        {kindsOf(drawn).map(([kind, count]) => (
          <button key={kind} type="button" className={`l-kind kind-${kind}`} aria-pressed={!drawn.hidden.has(kind)}
            onClick={() => setDrawn(hiding(drawn, kind))}>{kindName(kind)} <span className="l-count">{count}</span></button>))}
      </div>
      <div className="l-body">
        {isList
          ? <ThingList drawn={drawn} seen={seen} selected={selected} select={select} open={open} />
          : <Drawing drawn={drawn} seen={seen} selected={selected} select={select} open={open} />}
        {thing ? <ThingPanel thing={thing} drawn={drawn} project={project} select={select} /> : null}
      </div>
    </div>
  );
}
