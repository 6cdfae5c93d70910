/** The same drawing as a table: adding, linking, unlinking, deleting and opening without a canvas. */
import { type JSX, useMemo } from "react";
import type { Port } from "@/api/types";
import { StateLabel } from "@/canvas/StepBadge";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { problemsOf, stepOf } from "@/designer/state";
import { componentOf, drawable, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { candidates, type End } from "@/graph/connect";
import { edgeAt, edgeId } from "@/graph/document";
import { readingOrder } from "@/graph/place";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

export function ListView(): JSX.Element {
  const document = useDocument();
  const canEdit = useShown((state) => state.canEdit);
  const order = useMemo(() => readingOrder(document), [document]);
  return (
    <div className="list-view scrolls" data-testid="list-view">
      {canEdit ? <AddStep /> : null}
      <table className="s-table">
        <caption className="hidden">{_("Steps")}</caption>
        <thead>
          <tr><th scope="col">{_("Step")}</th><th scope="col">{_("Inputs")}</th><th scope="col">{_("State")}</th><th scope="col">{_("Results")}</th><th scope="col"><span className="hidden">{_("Act")}</span></th></tr>
        </thead>
        <tbody>{order.map((node) => <Step key={node} node={node} canEdit={canEdit} />)}</tbody>
      </table>
      {order.length === 0 ? <p className="quiet">{_("Nothing is drawn yet.")}</p> : null}
    </div>
  );
}

function AddStep(): JSX.Element {
  const designer = useDesigner();
  const catalogue = useShown((state) => state.catalogue);
  const add = (value: string): void => {
    const dataset = catalogue.datasets.find((each) => `dataset:${each.name}` === value);
    designer.add(dataset ? { dataset } : { component: value }, null);
  };
  const components = drawable(catalogue);
  const groups = [...new Set(components.map((component) => component.group))];
  return (
    <label className="s-row is-inline list-add">
      <span>{_("Add a step")}</span>
      <select className="s-field" value="" data-testid="list-add" onChange={(event) => event.target.value && add(event.target.value)}>
        <option value="">{_("Choose")}</option>
        <optgroup label={_("Datasets")}>{catalogue.datasets.map((each) => <option key={each.name} value={`dataset:${each.name}`}>{each.name}</option>)}</optgroup>
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {components.filter((each) => each.group === group).map((each) => <option key={each.name} value={each.name}>{each.title}</option>)}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function Step({ node, canEdit }: { readonly node: string; readonly canEdit: boolean }): JSX.Element | null {
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
  const open = (): void => { designer.select([node], []); designer.set({ sheet: "pane" }); };
  return (
    <tr className={isChosen ? "is-chosen" : undefined} data-testid={`row-${node}`}>
      <th scope="row">
        <button type="button" className="link" aria-pressed={isChosen} onClick={open}>{title}</button>
        {drawn.title ? <small>{component?.title}</small> : null}
        {problems.map((problem, index) => <small key={index} className="is-error">{problem.message}</small>)}
      </th>
      <td>{inputsOf(component).map((port) => <InputChoice key={port.name} node={node} port={port} canEdit={canEdit} />)}</td>
      <td>{step ? <StateLabel state={step.state} title={step.reason} /> : <span className="quiet">–</span>}</td>
      <td>
        {(step?.outputs ?? []).map((output) => (
          <button key={output.port} type="button" className="s-button is-small" onClick={() => designer.openOutput(node, output.port)}>
            {outputsOf(component).find((port) => port.name === output.port)?.label ?? output.port}
          </button>
        ))}
      </td>
      <td>{canEdit ? (
        <button type="button" className="s-button is-quiet is-icon" aria-label={_("Delete %(title)s", { title })}
          onClick={() => { designer.select([node], []); designer.deleteSelection(); }}><Icon name="trash" /></button>
      ) : null}</td>
    </tr>
  );
}

const keyOf = (end: End): string => `${end.node}.${end.port}`;

/** What feeds an input, to be chosen among everything that can. */
function InputChoice({ node, port, canEdit }: { readonly node: string; readonly port: Port; readonly canEdit: boolean }): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const end: End = useMemo(() => ({ node, port: port.name, side: "input" }), [node, port.name]);
  const offers = useMemo(() => Object.keys(document.nodes).flatMap((other) =>
    candidates(catalogue, document, end, other).filter((offer) => offer.verdict.possible)), [catalogue, document, end]);
  const edge = edgeAt(document, node, port.name);
  const value = edge ? `${edge.source}.${edge.source_port}` : "";
  const choose = (key: string): void => {
    const offer = offers.find((each) => keyOf(each.end) === key);
    if (offer) designer.link(offer.end, end);
    else if (edge) designer.disconnect([edgeId(edge)]);
  };
  const name = (other: string): string => { const drawn = document.nodes[other]; return drawn ? titleOf(catalogue, drawn) : other; };
  return (
    <label className="list-input">
      <span><span className={`dot type-${port.type}`} /> {port.label}</span>
      <select className="s-field is-small" value={value} disabled={!canEdit} data-testid={`input-${node}-${port.name}`} onChange={(event) => choose(event.target.value)}>
        <option value="">{port.optional ? _("nothing (optional)") : _("nothing")}</option>
        {edge && !offers.some((offer) => keyOf(offer.end) === value) ? <option value={value}>{`${name(edge.source)} ▸ ${edge.source_port}`}</option> : null}
        {offers.map((offer) => <option key={keyOf(offer.end)} value={keyOf(offer.end)}>{`${name(offer.end.node)} ▸ ${offer.port.label}`}</option>)}
      </select>
    </label>
  );
}
