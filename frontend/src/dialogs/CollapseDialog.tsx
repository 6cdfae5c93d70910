/** Names the component that the chosen steps become, and chooses which of their settings it offers. */
import { type JSX, useState } from "react";
import { reasonOf } from "@/api/client";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { collapse, type Exposed } from "@/designer/subgraphs";
import { componentOf, parametersOf, titleOf } from "@/graph/catalogue";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

const nameOf = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").replace(/^(?=\d)/, "step_");

export function CollapseDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState<readonly Exposed[]>([]);
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = (): void => {
    setBusy(true);
    collapse(designer, nameOf(title), title, chosen).catch((reason: unknown) => {
      setError(reasonOf(reason));
      setBusy(false);
    });
  };
  return (
    <Modal title={_("Collapse into a component")} onClose={onClose} testId="collapse-dialog">
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <p className="quiet">{_("The steps become one card. It is kept with the project, has versions, and can be used in other pipelines.")}</p>
        <label className="s-row">
          <span>{_("Name")}</span>
          <input className="s-field" required maxLength={100} value={title} data-testid="collapse-title" onChange={(event) => setTitle(event.target.value)} />
          <span className="s-help">{title ? _("Known as %(name)s.", { name: nameOf(title) }) : _("Such as Prepare the cars.")}</span>
        </label>
        <Settings chosen={chosen} onChange={setChosen} />
        {error ? <p className="note note-error" role="alert">{error}</p> : null}
        <p className="modal-actions"><button type="submit" className="s-button is-primary" disabled={isBusy || !nameOf(title)} data-testid="collapse-submit">{_("Collapse")}</button></p>
      </form>
    </Modal>
  );
}

function Settings({ chosen, onChange }: { readonly chosen: readonly Exposed[]; readonly onChange: (next: readonly Exposed[]) => void }): JSX.Element | null {
  const document = useDocument();
  const catalogue = useShown((state) => state.catalogue);
  const nodes = useShown((state) => state.nodes);
  const rows = nodes.flatMap((node) => {
    const drawn = document.nodes[node];
    const component = componentOf(catalogue, drawn);
    return drawn && component ? parametersOf(component).map((parameter) => ({ node, parameter, of: titleOf(catalogue, drawn) })) : [];
  });
  if (rows.length === 0) return null;
  const toggle = (node: string, parameter: string): void => {
    const rest = chosen.filter((one) => one.node !== node || one.parameter !== parameter);
    if (rest.length !== chosen.length) return onChange(rest);
    const taken = new Set(chosen.map((one) => one.name));
    const name = taken.has(parameter) ? `${parameter}_${chosen.length + 1}` : parameter;
    onChange([...rest, { node, parameter, name }]);
  };
  return (
    <details className="own-words">
      <summary>{_("Settings that the card offers")}</summary>
      <ul className="collapse-settings">
        {rows.map(({ node, parameter, of }) => (
          <li key={`${node}.${parameter.name}`}>
            <label>
              <input type="checkbox" data-testid={`expose-${node}-${parameter.name}`}
                checked={chosen.some((one) => one.node === node && one.parameter === parameter.name)}
                onChange={() => toggle(node, parameter.name)} />{" "}
              {parameter.label} <span className="quiet">{of}</span>
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}
