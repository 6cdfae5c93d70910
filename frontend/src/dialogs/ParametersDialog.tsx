/** The pipeline's parameters: name, type, default, what they are for, and where they are used. */
import { type JSX, useState } from "react";
import type { Json, PipelineParameter } from "@/api/types";
import { add, describe, remove, rename } from "@/designer/acts/parameters";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { DatasetChoice } from "@/dialogs/DatasetChoice";
import { defaultOf, defaultText, freeName, usesOf } from "@/graph/parameters";
import { Icon } from "@/ui/Icon";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

const TYPES: readonly PipelineParameter["type"][] = ["string", "integer", "decimal", "boolean", "dataset"];

export function typeWord(type: PipelineParameter["type"]): string {
  switch (type) {
    case "string": return _("Text");
    case "integer": return _("Whole number");
    case "decimal": return _("Number");
    case "boolean": return _("Yes or no");
    case "dataset": return _("Dataset");
  }
}

export function ParametersDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const parameters = useDocument().parameters ?? {};
  const canEdit = useShown((state) => state.canEdit);
  const [type, setType] = useState<PipelineParameter["type"]>("string");
  const names = Object.keys(parameters);
  return (
    <Modal title={_("Pipeline parameters")} onClose={onClose} wide testId="parameters-dialog">
      <p className="quiet">{_("A value with a name, which can be given anew at each submit and by callers of the published pipeline. One may feed several settings.")}</p>
      {names.length ? null : <p>{_("There are none yet. Open the “…” of a setting and choose “Add to pipeline parameter”.")}</p>}
      <ul className="parameter-list">
        {names.map((name) => {
          const parameter = parameters[name];
          return parameter ? <Row key={name} name={name} parameter={parameter} canEdit={canEdit} onGo={onClose} /> : null;
        })}
      </ul>
      {canEdit ? (
        <p className="parameter-add">
          <select className="s-field" aria-label={_("Type of the new parameter")} value={type} data-testid="new-type" onChange={(event) => setType(event.target.value as typeof type)}>
            {TYPES.map((each) => <option key={each} value={each}>{typeWord(each)}</option>)}
          </select>
          <button type="button" className="s-button" data-testid="add-parameter" onClick={() => add(designer, freeName(designer.document, "parameter"), type)}><Icon name="plus" size={14} /> {_("Add a parameter")}</button>
        </p>
      ) : null}
      <p className="modal-actions"><button type="button" className="s-button is-primary" onClick={onClose}>{_("Done")}</button></p>
    </Modal>
  );
}

interface RowProps {
  readonly name: string;
  readonly parameter: PipelineParameter;
  readonly canEdit: boolean;
  readonly onGo: () => void;
}

function Row({ name, parameter, canEdit, onGo }: RowProps): JSX.Element {
  const designer = useDesigner();
  const uses = usesOf(useDocument(), name);
  const [draft, setDraft] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const named = (): void => {
    const refused = draft === null ? "" : rename(designer, name, draft.trim());
    setWhy(refused);
    if (!refused) setDraft(null);
  };
  return (
    <li data-testid={`parameter-${name}`}>
      <label className="s-row">
        <span>{_("Name")}</span>
        <input className="s-field" value={draft ?? name} readOnly={!canEdit} aria-invalid={why !== ""} data-testid={`name-of-${name}`}
          onChange={(event) => setDraft(event.target.value)} onBlur={named} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); named(); } }} />
        <span className={`s-help${why ? " is-error" : ""}`} role={why ? "alert" : undefined}>{why || typeWord(parameter.type)}</span>
      </label>
      <DefaultField name={name} parameter={parameter} canEdit={canEdit} />
      <label className="s-row">
        <span>{_("What it is for")}</span>
        <input className="s-field" value={parameter.help ?? ""} readOnly={!canEdit} data-testid={`help-of-${name}`} onChange={(event) => describe(designer, name, { help: event.target.value })} />
      </label>
      <div className="parameter-uses">
        {uses.length ? <span>{_("Used by")}</span> : <span className="quiet">{_("Not used yet.")}</span>}
        {uses.map((use) => (
          <button key={`${use.node} ${use.value}`} type="button" className="link" onClick={() => { onGo(); designer.focus(use.node, use.value); }}>{designer.nameOf(use.node)} ▸ {use.value}</button>
        ))}
        {canEdit ? (
          <button type="button" className="s-button is-quiet is-icon" aria-label={_("Delete the parameter %(name)s", { name })} disabled={uses.length > 0}
            title={uses.length ? _("It is used: detach it there first.") : undefined} data-testid={`delete-${name}`} onClick={() => remove(designer, name)}><Icon name="trash" /></button>
        ) : null}
      </div>
    </li>
  );
}

function DefaultField({ name, parameter, canEdit }: Omit<RowProps, "onGo">): JSX.Element {
  const designer = useDesigner();
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? defaultText(parameter);
  const isWrong = defaultOf(parameter.type, shown) === undefined;
  const give = (value: Json): void => describe(designer, name, { default: value });
  const type = (typed: string): void => {
    setText(typed);
    const value = defaultOf(parameter.type, typed);
    if (value !== undefined) give(value);
  };
  if (parameter.type === "dataset") {
    return <DatasetChoice label={_("Default")} value={parameter.default} empty={_("No default")} testId={`default-of-${name}`} readOnly={!canEdit} onChange={(value) => give(value ?? null)} />;
  }
  return (
    <label className="s-row">
      <span>{_("Default")}</span>
      {parameter.type === "boolean" ? (
        <select className="s-field" value={shown} disabled={!canEdit} data-testid={`default-of-${name}`} onChange={(event) => type(event.target.value)}>
          <option value="">{_("No default")}</option><option value="true">{_("yes")}</option><option value="false">{_("no")}</option>
        </select>
      ) : (
        <input className="s-field" value={shown} readOnly={!canEdit} aria-invalid={isWrong} data-testid={`default-of-${name}`} onChange={(event) => type(event.target.value)} onBlur={() => { if (!isWrong) setText(null); }} />
      )}
      {isWrong ? <span className="s-help is-error" role="alert">{parameter.type === "integer" ? _("This is no whole number.") : _("This is no number.")}</span> : null}
    </label>
  );
}
