/** One setting of a step, drawn from its definition, with its help, its default and what is wrong with it. */
import { type JSX, lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from "react";
import type { DrawnNode, Json, Parameter, Problem } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { isBlocking, schemaInto } from "@/designer/state";
import { FieldVisitor } from "@/panes/FieldVisitor";
import { componentOf, inputsOf, parametersOf, valueOf } from "@/graph/catalogue";
import { chosen, isOf, selectionOf } from "@/graph/columns";
import { sameValue } from "@/graph/document";
import { fittingType, referenceOf } from "@/graph/parameters";
import { Bound, SettingMenu } from "@/panes/Binding";
import { RangeBuilder } from "@/panes/RangeBuilder";
import { columnTypeName } from "@/ui/Columns";
import { _, ngettext } from "@/i18n";

const Script = lazy(() => import("@/ui/Script"));

interface FieldProps {
  readonly node: string;
  readonly drawn: DrawnNode;
  readonly parameter: Parameter;
  readonly problems: readonly Problem[];
}

interface ControlProps extends FieldProps {
  readonly id: string;
  readonly describedBy: string;
  readonly value: Json;
  readonly isInvalid: boolean;
  readonly readOnly: boolean;
  readonly onChange: (value: Json) => void;
}

const FIELDS = ":is(input, select, textarea, button, .cm-content)";
/** What is typed into, not the menu beside the label. */
const FIELD = `.setting-head ~ ${FIELDS}, .setting-head ~ * ${FIELDS}`;

export function ParameterField(props: FieldProps): JSX.Element {
  const { node, drawn, parameter, problems } = props;
  const designer = useDesigner();
  const readOnly = useShown((state) => !state.canEdit);
  const focus = useShown((state) => (state.focus?.node === node && state.focus.parameter === parameter.name ? state.focus.token : 0));
  const row = useRef<HTMLDivElement>(null);
  const id = useId();
  const value = valueOf(drawn, parameter);
  const reference = referenceOf(value);
  useEffect(() => {
    if (!focus) return;
    row.current?.scrollIntoView({ block: "nearest" });
    row.current?.querySelector<HTMLElement>(FIELD)?.focus();
  }, [focus]);
  const control: ControlProps = {
    ...props, id, describedBy: `${id}-help`, value, readOnly, isInvalid: problems.some(isBlocking),
    onChange: (next) => designer.setParameter(node, parameter.name, next),
  };
  return (
    <div className={`s-row parameter is-${parameter.type}`} ref={row}>
      <div className="setting-head">
        <label htmlFor={reference === null ? id : undefined} id={`${id}-label`}>
          {parameter.label}{parameter.required ? <span className="required" title={_("required")}> *</span> : null}
          <FieldVisitor node={node} parameter={parameter.name} />
        </label>
        {reference === null && fittingType(parameter) ? <SettingMenu node={node} name={parameter.name} label={parameter.label} act={_("Add to pipeline parameter…")} /> : null}
      </div>
      {reference === null ? controlOf(control) : <Bound node={node} name={parameter.name} label={parameter.label} parameter={reference} />}
      <div className="s-help" id={`${id}-help`}>
        {problems.map((problem, index) => (
          <span key={index} className={`is-${isBlocking(problem) ? "error" : "warning"}`}>{problem.message} {problem.hint}</span>
        ))}
        {parameter.help ? <span>{parameter.help}</span> : null}
        {reference === null ? <Default parameter={parameter} value={value} onReset={readOnly ? null : control.onChange} /> : null}
      </div>
    </div>
  );
}

function Default({ parameter, value, onReset }: {
  readonly parameter: Parameter; readonly value: Json; readonly onReset: ((value: Json) => void) | null;
}): JSX.Element | null {
  const standard = parameter.default;
  if (standard === undefined || standard === null || standard === "" || typeof standard === "object" || parameter.type === "script") return null;
  const text = parameter.choices?.find((choice) => choice.value === standard)?.label
    ?? (typeof standard === "boolean" ? (standard ? _("on") : _("off")) : String(standard));
  const isDefault = sameValue(value, standard);
  return (
    <span className="default">
      {_("Default: %(value)s", { value: text })}
      {!isDefault && onReset ? <button type="button" className="link" onClick={() => onReset(standard)}>{_("Reset")}</button> : null}
    </span>
  );
}

function controlOf(props: ControlProps): ReactNode {
  switch (props.parameter.type) {
    case "string": return <TextControl {...props} />;
    case "range": return <RangeControl {...props} />;
    case "text": return <LinesControl {...props} />;
    case "integer": case "decimal": return <NumberControl {...props} />;
    case "boolean": return <BooleanControl {...props} />;
    case "choice": return <ChoiceControl {...props} />;
    case "column": return <ColumnControl {...props} />;
    case "columns": return <ColumnsControl {...props} />;
    case "script": return <ScriptControl {...props} />;
    case "dataset": return <DatasetControl {...props} />;
  }
}

const common = ({ id, describedBy, isInvalid, parameter }: ControlProps): Record<string, string | boolean> => ({
  id, "aria-describedby": describedBy, "aria-invalid": isInvalid, "data-testid": `param-${parameter.name}`, className: "s-field",
});

function TextControl(props: ControlProps): JSX.Element {
  return <input type="text" {...common(props)} value={String(props.value ?? "")} readOnly={props.readOnly}
    onChange={(event) => props.onChange(event.target.value)} />;
}

/** A list of values; the parameter of the same name without `_range` says whether they are whole. */
function RangeControl(props: ControlProps): JSX.Element {
  const { drawn, parameter, readOnly, onChange } = props;
  const single = useShown((state) => parametersOf(componentOf(state.catalogue, drawn)).find((each) => `${each.name}_range` === parameter.name));
  return (
    <>
      <TextControl {...props} />
      {readOnly ? null : (
        <RangeBuilder label={parameter.label} testId={`build-${parameter.name}`} whole={single?.type === "integer"} onBuilt={onChange} />
      )}
    </>
  );
}

function LinesControl(props: ControlProps): JSX.Element {
  return <textarea rows={8} {...common(props)} value={String(props.value ?? "")} readOnly={props.readOnly}
    onChange={(event) => props.onChange(event.target.value)} />;
}

/** Keeps what is typed, even while it is no number yet; an empty field means "not set". */
function NumberControl(props: ControlProps): JSX.Element {
  const { value, parameter, onChange } = props;
  const [text, setText] = useState<string | null>(null);
  const type = (typed: string): void => {
    setText(typed);
    const number = Number(typed.replace(",", "."));
    if (typed.trim() === "") onChange(null);
    else if (Number.isFinite(number)) onChange(number);
    else onChange(typed);
  };
  const bounds = [
    parameter.minimum !== null && parameter.minimum !== undefined ? `${parameter.exclusive_minimum ? ">" : "≥"} ${parameter.minimum}` : "",
    parameter.maximum !== null && parameter.maximum !== undefined ? `≤ ${parameter.maximum}` : "",
  ].filter(Boolean).join(", ");
  return (
    <span className="with-unit">
      <input type="text" inputMode={parameter.type === "integer" ? "numeric" : "decimal"} {...common(props)}
        value={text ?? (value === null ? "" : String(value))} readOnly={props.readOnly}
        onChange={(event) => type(event.target.value)} onBlur={() => setText(null)} />
      {bounds ? <span className="unit">{bounds}</span> : null}
    </span>
  );
}

function BooleanControl(props: ControlProps): JSX.Element {
  return <input type="checkbox" {...common(props)} className="switch" role="switch" checked={props.value === true}
    disabled={props.readOnly} onChange={(event) => props.onChange(event.target.checked)} />;
}

function ChoiceControl(props: ControlProps): JSX.Element {
  const choices = props.parameter.choices ?? [];
  const isKnown = choices.some((choice) => choice.value === props.value);
  return (
    <select {...common(props)} value={String(props.value ?? "")} disabled={props.readOnly} onChange={(event) => props.onChange(event.target.value)}>
      {isKnown ? null : <option value={String(props.value ?? "")}>{props.value ? String(props.value) : _("Choose")}</option>}
      {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
    </select>
  );
}

function DatasetControl(props: ControlProps): JSX.Element {
  const datasets = useShown((state) => state.catalogue.datasets);
  return (
    <select {...common(props)} value={String(props.value ?? "")} disabled={props.readOnly} onChange={(event) => props.onChange(event.target.value)}>
      {datasets.some((dataset) => dataset.name === props.value) ? null : <option value={String(props.value ?? "")}>{String(props.value ?? _("Choose a dataset"))}</option>}
      {datasets.map((dataset) => <option key={dataset.name} value={dataset.name}>{dataset.name}</option>)}
    </select>
  );
}

/** The schema of the port that the parameter picks from; its first table input where none is named. */
function useSchema({ node, drawn, parameter }: FieldProps): ReturnType<typeof schemaInto> {
  return useShown((state) => {
    const port = parameter.port || inputsOf(componentOf(state.catalogue, drawn)).find((each) => each.type === "table")?.name;
    return port ? schemaInto(state, node, port) : null;
  });
}

function ColumnControl(props: ControlProps): JSX.Element {
  const schema = useSchema(props);
  const list = `${props.id}-columns`;
  const fitting = (schema?.columns ?? []).filter((column) => {
    const types = props.parameter.only_types ?? [];
    return types.length === 0 || types.some((type) => isOf(column, type));
  });
  const value = String(props.value ?? "");
  if (!schema) {
    return (
      <>
        <input type="text" {...common(props)} value={value} readOnly={props.readOnly} placeholder={_("Name of the column")}
          onChange={(event) => props.onChange(event.target.value)} list={list} />
        <NoColumns />
      </>
    );
  }
  return (
    <select {...common(props)} value={value} disabled={props.readOnly} onChange={(event) => props.onChange(event.target.value || null)}>
      {value && !fitting.some((column) => column.name === value) ? <option value={value}>{_("%(name)s (not there)", { name: value })}</option> : null}
      <option value="">{_("Choose a column")}</option>
      {fitting.map((column) => <option key={column.name} value={column.name}>{`${column.name} (${columnTypeName(column.type)})`}</option>)}
    </select>
  );
}

function NoColumns(): JSX.Element {
  return <span className="s-help">{_("The columns are not known yet: connect the input to data.")}</span>;
}

function ColumnsControl(props: ControlProps): JSX.Element {
  const designer = useDesigner();
  const schema = useSchema(props);
  const selection = selectionOf(props.value);
  const names = schema ? chosen(selection, schema).map((column) => column.name) : (selection.names ?? []);
  const isEmpty = (selection.mode ?? "names") === "names" ? !selection.names?.length : !selection.rules?.length && selection.begin_with !== "all";
  return (
    <div className="columns-control">
      <button type="button" {...common(props)} className="s-button" aria-labelledby={`${props.id}-label ${props.id}`}
        onClick={() => designer.openDialog({ kind: "columns", node: props.node, parameter: props.parameter.name })}>
        {props.readOnly ? _("Show columns") : _("Edit columns")}
      </button>
      <span className="chosen" data-testid={`chosen-${props.parameter.name}`}>
        {isEmpty ? _("No column chosen") : schema
          ? ngettext("%(count)s of %(all)s column", "%(count)s of %(all)s columns", names.length, { all: schema.columns.length })
          : _("Chosen by rules or names")}
      </span>
      {names.length ? <span className="chosen-names" title={names.join(", ")}>{names.slice(0, 6).join(", ")}{names.length > 6 ? " …" : ""}</span> : null}
      {schema ? null : <NoColumns />}
    </div>
  );
}

function ScriptControl(props: ControlProps): JSX.Element {
  return (
    <div data-testid={`param-${props.parameter.name}`} className="script-field">
      <Suspense fallback={<pre className="script-waiting">{String(props.value ?? "")}</pre>}>
        <Script id={props.id} label={props.parameter.label} language={props.parameter.language ?? "python"} value={String(props.value ?? "")} readOnly={props.readOnly} onChange={props.onChange} />
      </Suspense>
    </div>
  );
}
