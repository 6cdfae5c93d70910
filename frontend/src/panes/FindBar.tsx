/** Finding steps in a large drawing: a line of words and terms, how many fit, and the way from one to the next. */
import { type JSX, type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { stepsOf } from "@/designer/state";
import { find } from "@/graph/search";
import { Icon } from "@/ui/Icon";
import { _, ngettext } from "@/i18n";

export function FindBar(): JSX.Element | null {
  const text = useShown((state) => state.find);
  return text === null ? null : <Bar text={text} />;
}

function Bar({ text }: { readonly text: string }): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const problems = useShown((state) => state.problems);
  const shapes = useShown((state) => state.shapes);
  const run = useShown((state) => state.run);
  const [at, setAt] = useState(-1);
  const [showsHelp, setHelp] = useState(false);
  const found = useMemo(() => find({
    catalogue, document, problems, shapes, states: new Map([...stepsOf(designer.state)].map(([node, step]) => [node, step.state])),
  }, text), [catalogue, designer, document, problems, shapes, run, text]);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => setAt(-1), [text]);
  const go = (step: 1 | -1): void => {
    if (found.length === 0) return designer.announce(_("Nothing found."));
    const next = at < 0 ? (step > 0 ? 0 : found.length - 1) : (at + step + found.length) % found.length;
    const node = found[next] as string;
    setAt(next);
    designer.select([node], []);
    designer.reveal(node);
    designer.announce(_("%(n)s of %(count)s: %(title)s", { n: next + 1, count: found.length, title: designer.nameOf(node) }));
  };
  const close = (): void => {
    designer.set({ find: null });
    const [node] = designer.state.nodes;
    if (node) designer.focus(node);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" || (event.key === "F3" && !event.shiftKey) || (event.key === "Enter" && !event.shiftKey) ? 1
      : event.key === "ArrowUp" || event.key === "F3" || event.key === "Enter" ? -1 : 0;
    if (step) go(step);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const count = text.trim() === "" ? "" : ngettext("%(count)s step", "%(count)s steps", found.length);
  return (
    <div className="find-bar" role="search" aria-label={_("Find in the drawing")}>
      <div className="find-line">
        <Icon name="search" size={14} />
        <input ref={field} className="s-field" type="search" value={text} placeholder={_("Words, or is:error  type:learner  param:seed=0")} aria-label={_("Find in the drawing")}
          aria-describedby="find-count" data-testid="find-text" onChange={(event) => designer.set({ find: event.target.value })} onKeyDown={onKey} />
        <span id="find-count" className="find-count" role="status" data-testid="find-count">{at >= 0 && found.length ? `${at + 1} / ${found.length}` : count}</span>
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Previous")} title={`${_("Previous")} · Shift+Enter`} disabled={found.length === 0} onClick={() => go(-1)}><Icon name="up" size={14} /></button>
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Next")} title={`${_("Next")} · Enter`} data-testid="find-next" disabled={found.length === 0} onClick={() => go(1)}><span className="is-turned"><Icon name="up" size={14} /></span></button>
        <button type="button" className="s-button is-small" disabled={found.length === 0} data-testid="find-all" onClick={() => { designer.select(found, []); designer.viewport?.fitTo(found); }}>{_("Choose all")}</button>
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("What can be looked for")} aria-expanded={showsHelp} data-testid="find-help" onClick={() => setHelp(!showsHelp)}>?</button>
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Close")} onClick={close}><Icon name="close" size={14} /></button>
      </div>
      {showsHelp ? <Help onTake={(term) => designer.set({ find: `${text} ${term}`.trim() })} /> : null}
    </div>
  );
}

function Help({ onTake }: { readonly onTake: (term: string) => void }): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ["price", _("words in the title, component, comment or id")],
    ["is:error", _("with problems; also is:warning")],
    ["is:unused", _("whose results nothing uses")],
    ["is:disabled", _("also is:bypassed, is:pinned, is:collapsed, is:invalidated")],
    ["is:failed", _("state in the shown run: failed, running, completed, reused, skipped, waiting")],
    ["type:learner", _("component, group, or type of result: type:dataset, type:model, type:\"Split Data\"")],
    ["uses:price", _("names this column in a setting")],
    ["param:seed=0", _("a setting with this value; also param:seed, param:seed>5")],
    ["in:training", _("in a group of this name")],
    ["-is:disabled", _("a minus turns a term round; all terms have to hold")],
  ];
  return (
    <table className="s-facts find-help">
      <tbody>{rows.map(([term, what]) => (
        <tr key={term}><th scope="row"><button type="button" className="link" onClick={() => onTake(term)}><code>{term}</code></button></th><td>{what}</td></tr>
      ))}</tbody>
    </table>
  );
}
