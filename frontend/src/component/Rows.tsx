/** Rows of ports or parameters, to be added, changed, moved up and removed. */
import type { JSX } from "react";
import type { ParameterKind, ParameterRow, PortRow } from "@/component/drawing";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

type Kind = "input" | "output" | "parameter";
type Row = PortRow | ParameterRow;

interface RowsProps<R extends Row> {
  readonly title: string;
  readonly kind: Kind;
  readonly rows: readonly R[];
  readonly onChange: (rows: readonly R[]) => void;
}

export function Rows<R extends Row>({ title, kind, rows, onChange }: RowsProps<R>): JSX.Element {
  const replace = (place: number, part: Partial<PortRow> | Partial<ParameterRow>): void =>
    onChange(rows.map((row, index) => (index === place ? { ...row, ...part } as R : row)));
  return (
    <fieldset className="s-card-box">
      <legend>{title}</legend>
      {rows.map((row, place) => (
        <div className="component-row" key={place} data-testid={`${kind}-${place}`}>
          <Text label={_("Name")} value={row.name} required onChange={(name) => replace(place, { name: name.trim() })} />
          <Text label={_("Label")} value={row.label} onChange={(label) => replace(place, { label })} />
          {kind === "parameter" ? <OfParameter row={row as ParameterRow} onChange={(part) => replace(place, part)} />
            : <OfPort row={row as PortRow} isInput={kind === "input"} onChange={(part) => replace(place, part)} />}
          <span className="component-row-acts">
            <button type="button" className="s-button is-quiet is-icon" disabled={place === 0} aria-label={_("Move %(name)s up", { name: row.name })}
              onClick={() => onChange(moved(rows, place))}><Icon name="up" /></button>
            <button type="button" className="s-button is-quiet is-icon" aria-label={_("Remove %(name)s", { name: row.name })}
              onClick={() => onChange(rows.filter((_row, index) => index !== place))}><Icon name="trash" /></button>
          </span>
        </div>
      ))}
      <button type="button" className="s-button" data-testid={`add-${kind}`} onClick={() => onChange([...rows, fresh(kind, rows) as R])}>
        <Icon name="plus" /> {kind === "input" ? _("Add an input") : kind === "output" ? _("Add an output") : _("Add a parameter")}
      </button>
    </fieldset>
  );
}

function Text({ label, value, required = false, onChange }: {
  readonly label: string; readonly value: string; readonly required?: boolean; readonly onChange: (value: string) => void;
}): JSX.Element {
  return <label className="s-row"><span>{label}</span><input className="s-field" value={value} required={required} onChange={(event) => onChange(event.target.value)} /></label>;
}

function OfPort({ row, isInput, onChange }: { readonly row: PortRow; readonly isInput: boolean; readonly onChange: (part: Partial<PortRow>) => void }): JSX.Element {
  return (
    <>
      <label className="s-row"><span>{_("Type")}</span>
        <select className="s-field" value={row.type} onChange={(event) => onChange({ type: event.target.value as PortRow["type"] })}>
          <option value="table">{_("Table")}</option><option value="any">{_("Files")}</option>
        </select></label>
      {isInput ? <label className="component-check"><input type="checkbox" checked={row.optional} onChange={(event) => onChange({ optional: event.target.checked })} /> {_("Optional")}</label> : null}
    </>
  );
}

const KINDS: readonly { readonly id: ParameterKind; readonly label: () => string }[] = [
  { id: "string", label: () => _("Text") }, { id: "text", label: () => _("Text of several lines") },
  { id: "integer", label: () => _("Whole number") }, { id: "decimal", label: () => _("Number") },
  { id: "boolean", label: () => _("Yes or no") }, { id: "choice", label: () => _("Choice") },
];

function OfParameter({ row, onChange }: { readonly row: ParameterRow; readonly onChange: (part: Partial<ParameterRow>) => void }): JSX.Element {
  return (
    <>
      <label className="s-row"><span>{_("Type")}</span>
        <select className="s-field" value={row.type} onChange={(event) => onChange({ type: event.target.value as ParameterKind })}>
          {KINDS.map((kind) => <option key={kind.id} value={kind.id}>{kind.label()}</option>)}
        </select></label>
      {row.type === "choice" ? <Text label={_("Choices, with commas")} value={row.choices} required onChange={(choices) => onChange({ choices })} /> : null}
      {row.type === "boolean" ? (
        <label className="s-row"><span>{_("Default")}</span>
          <select className="s-field" value={row.default || "false"} onChange={(event) => onChange({ default: event.target.value })}>
            <option value="false">{_("no")}</option><option value="true">{_("yes")}</option>
          </select></label>
      ) : <Text label={_("Default")} value={row.default} onChange={(value) => onChange({ default: value })} />}
    </>
  );
}

function moved<R>(rows: readonly R[], place: number): readonly R[] {
  const next = [...rows];
  const [row] = next.splice(place, 1);
  if (row !== undefined) next.splice(place - 1, 0, row);
  return next;
}

function fresh(kind: Kind, rows: readonly Row[]): Row {
  const stem = kind === "input" ? "table" : kind === "output" ? "result" : "value";
  const taken = new Set(rows.map((row) => row.name));
  let name = stem;
  for (let count = 2; taken.has(name); count += 1) name = `${stem}${count}`;
  return kind === "parameter" ? { name, label: "", type: "string", default: "", choices: "" } : { name, label: "", type: "table", optional: false };
}
