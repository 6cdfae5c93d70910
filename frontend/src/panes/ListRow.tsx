/** One step as a row: chosen by its box, renamed, wired, seen and acted on in place. */
import { type JSX, useMemo, useState } from "react";
import type { Port } from "@/api/types";
import { StateLabel } from "@/canvas/StepBadge";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { problemsOf, stepOf } from "@/designer/state";
import { componentOf, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { candidates, type End } from "@/graph/connect";
import { edgeAt, edgeId } from "@/graph/document";
import { Icon } from "@/ui/Icon";
import { _, moment } from "@/i18n";

interface RowProps {
  readonly node: string;
  readonly place: number;
  readonly count: number;
  readonly canEdit: boolean;
}

export function ListRow({ node, place, count, canEdit }: RowProps): JSX.Element | null {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const step = useShown((state) => stepOf(state, node));
  const problems = useShown((state) => problemsOf(state, node));
  const isChosen = useShown((state) => state.nodes.includes(node));
  const drawn = document.nodes[node];
  if (!drawn) return null;
  const component = componentOf(catalogue, drawn);
  const title = titleOf(catalogue, drawn);
  const turn = (): void => {
    const { nodes } = designer.state;
    designer.select(isChosen ? nodes.filter((each) => each !== node) : [...nodes, node], []);
  };
  const groups = Object.values(document.groups ?? {}).filter((group) => group.nodes?.includes(node));
  const pins = Object.values(drawn.pins ?? {});
  return (
    <tr className={isChosen ? "is-chosen" : undefined} data-testid={`row-${node}`} data-mode={drawn.mode ?? ""} aria-label={_("%(title)s, step %(n)s of %(count)s", { title, n: place, count })}>
      <td><input type="checkbox" checked={isChosen} aria-label={_("Choose %(title)s", { title })} data-testid={`choose-${node}`} onChange={turn} /></td>
      <th scope="row">
        <Title node={node} title={title} canEdit={canEdit} isChosen={isChosen} />
        {drawn.title ? <small>{component?.title}</small> : null}
        {drawn.mode ? <small className="list-mode">{drawn.mode === "disabled" ? _("Disabled: does not run") : _("Bypassed: passes its input on")}</small> : null}
        {drawn.regenerate ? <small>{_("Runs anew next time")}</small> : null}
        {pins.map((pin) => <small key={pin.port}>{_("%(port)s pinned by %(who)s, %(when)s", { port: pin.port, who: pin.pinned_by, when: moment(pin.pinned_at) })}</small>)}
        {groups.map((group, index) => <small key={index}>{_("In the group “%(title)s”", { title: group.title ?? "" })}</small>)}
        {drawn.comment ? <small>{drawn.comment}</small> : null}
        {problems.map((problem, index) => <small key={index} className="is-error">{problem.message}</small>)}
      </th>
      <td>{inputsOf(component).map((port) => <InputChoice key={port.name} node={node} port={port} canEdit={canEdit} />)}</td>
      <td>{step ? <><StateLabel state={step.state} title={step.reason} />{step.reason && step.state !== "completed" ? <small>{step.reason} {step.error ? "" : step.hint}</small> : null}{step.error ? <small className="is-error">{step.error.message}</small> : null}</> : <span className="quiet">–</span>}</td>
      <td>
        {(step?.outputs ?? []).map((output) => (
          <button key={output.port} type="button" className="s-button is-small" onClick={() => designer.openOutput(node, output.port)}>
            {outputsOf(component).find((port) => port.name === output.port)?.label ?? output.port}
          </button>
        ))}
      </td>
      <td className="list-row-acts">
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Settings of %(title)s", { title })} data-testid={`settings-${node}`}
          onClick={() => { designer.select([node], []); designer.set({ sheet: "pane", tab: "parameters" }); }}><Icon name="settings" /></button>
        {canEdit ? <Place node={node} title={title} /> : null}
        {canEdit ? (
          <button type="button" className="s-button is-quiet is-icon" aria-label={_("Delete %(title)s", { title })}
            onClick={() => { designer.select([node], []); designer.deleteSelection(); }}><Icon name="trash" /></button>
        ) : null}
      </td>
    </tr>
  );
}

function Title({ node, title, canEdit, isChosen }: { readonly node: string; readonly title: string; readonly canEdit: boolean; readonly isChosen: boolean }): JSX.Element {
  const designer = useDesigner();
  const [draft, setDraft] = useState<string | null>(null);
  if (draft !== null && canEdit) {
    return (
      <input className="s-field is-small" autoFocus value={draft} aria-label={_("Title")} data-testid={`title-${node}`} onChange={(event) => setDraft(event.target.value)}
        onBlur={() => { designer.rename(node, draft); setDraft(null); }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") { event.stopPropagation(); setDraft(null); }
        }} />
    );
  }
  return (
    <button type="button" className="link" aria-pressed={isChosen} title={canEdit ? _("Double-click or F2 to rename") : undefined} onDoubleClick={() => setDraft(title)}
      onClick={() => { designer.select([node], []); designer.set({ sheet: "pane" }); }}>{title}</button>
  );
}

/** The list follows the drawing from top to bottom: up and down change places with the neighbouring row. */
function Place({ node, title }: { readonly node: string; readonly title: string }): JSX.Element {
  const designer = useDesigner();
  return (
    <>
      <button type="button" className="s-button is-quiet is-icon" aria-label={_("Move %(title)s up", { title })} data-testid={`up-${node}`} onClick={() => designer.swapPlaces(node, -1)}><Icon name="up" size={14} /></button>
      <button type="button" className="s-button is-quiet is-icon" aria-label={_("Move %(title)s down", { title })} data-testid={`down-${node}`} onClick={() => designer.swapPlaces(node, 1)}><span className="is-turned"><Icon name="up" size={14} /></span></button>
    </>
  );
}

const keyOf = (end: End): string => `${end.node}.${end.port}`;

/** What feeds an input. The offers are reckoned when the field is entered: for a long list that is what keeps it quick. */
function InputChoice({ node, port, canEdit }: { readonly node: string; readonly port: Port; readonly canEdit: boolean }): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const isSmall = Object.keys(document.nodes).length <= 60;
  const [isEntered, setEntered] = useState(false);
  const end: End = useMemo(() => ({ node, port: port.name, side: "input" }), [node, port.name]);
  const offers = useMemo(() => (isSmall || isEntered ? Object.keys(document.nodes).flatMap((other) =>
    candidates(catalogue, document, end, other).filter((offer) => offer.verdict.possible)) : []), [catalogue, document, end, isSmall, isEntered]);
  const edge = edgeAt(document, node, port.name);
  const value = edge ? `${edge.source}.${edge.source_port}` : "";
  const choose = (key: string): void => {
    const offer = offers.find((each) => keyOf(each.end) === key);
    if (offer) designer.link(offer.end, end);
    else if (edge) designer.disconnect([edgeId(edge)]);
  };
  const name = (other: string): string => { const drawn = document.nodes[other]; return drawn ? titleOf(catalogue, drawn) : other; };
  return (
    <div className="list-input">
      <label>
        <span><span className={`dot type-${port.type}`} /> {port.label}</span>
        <select className="s-field is-small" value={value} disabled={!canEdit} data-testid={`input-${node}-${port.name}`} onFocus={() => setEntered(true)} onPointerDown={() => setEntered(true)} onChange={(event) => choose(event.target.value)}>
          <option value="">{port.optional ? _("nothing (optional)") : _("nothing")}</option>
          {edge && !offers.some((offer) => keyOf(offer.end) === value) ? <option value={value}>{`${name(edge.source)} ▸ ${edge.source_port}`}</option> : null}
          {offers.map((offer) => <option key={keyOf(offer.end)} value={keyOf(offer.end)}>{`${name(offer.end.node)} ▸ ${offer.port.label}`}</option>)}
        </select>
      </label>
      {canEdit && edge ? (
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Insert a step between %(source)s and %(target)s", { source: name(edge.source), target: name(node) })}
          data-testid={`insert-${node}-${port.name}`} onClick={() => designer.openDialog({ kind: "insert", edge: edgeId(edge) })}><Icon name="plus" size={13} /></button>
      ) : null}
    </div>
  );
}
