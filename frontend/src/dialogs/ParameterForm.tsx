/** The pipeline's parameters at a submit: what is not changed here is the default. */
import type { JSX } from "react";
import type { Json, PipelineParameter } from "@/api/types";
import { useDocument } from "@/designer/context";
import { DatasetChoice } from "@/dialogs/DatasetChoice";
import { defaultText, isUnfit } from "@/graph/parameters";
import { _ } from "@/i18n";

interface Props {
  readonly values: Readonly<Record<string, Json>>;
  readonly onChange: (values: Readonly<Record<string, Json>>) => void;
}

export function ParameterForm({ values, onChange }: Props): JSX.Element | null {
  const parameters = useDocument().parameters ?? {};
  const names = Object.keys(parameters);
  if (!names.length) return null;
  const give = (name: string, value: Json | undefined): void => {
    const { [name]: _before, ...others } = values;
    onChange(value === undefined ? others : { ...others, [name]: value });
  };
  return (
    <fieldset className="s-row plan-parameters" data-testid="submit-parameters">
      <legend>{_("Parameters")}</legend>
      {names.map((name) => {
        const parameter = parameters[name];
        return parameter ? <Field key={name} name={name} parameter={parameter} value={values[name]} onChange={(value) => give(name, value)} /> : null;
      })}
    </fieldset>
  );
}

interface FieldProps {
  readonly name: string;
  readonly parameter: PipelineParameter;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
}

function Field({ name, parameter, value, onChange }: FieldProps): JSX.Element {
  const fallback = defaultText(parameter);
  const help = [parameter.help, fallback ? _("Default: %(value)s", { value: fallback }) : _("It has no default.")].filter(Boolean).join(" ");
  if (parameter.type === "dataset") {
    return (
      <div>
        <DatasetChoice label={name} value={value} empty={fallback ? _("Default: %(value)s", { value: fallback }) : _("Choose a dataset")} testId={`given-${name}`} onChange={onChange} />
        <span className="s-help">{help}</span>
      </div>
    );
  }
  return (
    <label className="s-row">
      <span>{name}</span>
      <Control name={name} parameter={parameter} value={value} onChange={onChange} />
      {isUnfit(parameter, value) ? <span className="s-help is-error" role="alert">{parameter.type === "integer" ? _("This is no whole number.") : _("This is no number.")}</span> : null}
      <span className="s-help">{help}</span>
    </label>
  );
}

function Control({ name, parameter, value, onChange }: FieldProps): JSX.Element {
  const common = { className: "s-field", "data-testid": `given-${name}` };
  const text = value === undefined || value === null ? "" : String(value);
  const change = (typed: string): void => onChange(typed === "" ? undefined : typed);
  if (parameter.type === "boolean") {
    return (
      <select {...common} value={text} onChange={(event) => change(event.target.value)}>
        <option value="">{_("Default")}</option>
        <option value="true">{_("yes")}</option><option value="false">{_("no")}</option>
      </select>
    );
  }
  return <input type="text" {...common} value={text} aria-invalid={isUnfit(parameter, value)} placeholder={defaultText(parameter)}
    inputMode={parameter.type === "string" ? "text" : "decimal"} onChange={(event) => change(event.target.value)} />;
}
