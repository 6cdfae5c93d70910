/** Chooses columns, by name from two lists or with rules, and shows at once which ones that gives. */
import { type JSX, useEffect, useMemo, useRef, useState } from "react";
import type { Column, ColumnSelection, Json, Rule, TableSchema } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { schemaInto } from "@/designer/state";
import { componentOf, inputsOf, parametersOf, valueOf } from "@/graph/catalogue";
import { chosen, isOf, selectionOf } from "@/graph/columns";
import { columnTypeName } from "@/ui/Columns";
import { Icon } from "@/ui/Icon";
import { Modal } from "@/ui/Modal";
import { _, ngettext } from "@/i18n";

interface ColumnsDialogProps {
  readonly node: string;
  readonly parameter: string;
  readonly onClose: () => void;
}

const NO_COLUMNS: TableSchema = { columns: [] };

export function ColumnsDialog({ node, parameter: name, onClose }: ColumnsDialogProps): JSX.Element | null {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const drawn = designer.document.nodes[node];
  const component = componentOf(designer.catalogue, drawn);
  const parameter = parametersOf(component).find((each) => each.name === name);
  const schema = useShown((state) => {
    const port = parameter?.port || inputsOf(component).find((each) => each.type === "table")?.name;
    return port ? schemaInto(state, node, port) : null;
  });
  const [selection, setSelection] = useState<ColumnSelection>(() =>
    drawn && parameter ? selectionOf(valueOf(drawn, parameter)) : {});
  if (!drawn || !parameter) return null;
  const isByName = (selection.mode ?? "names") === "names";
  const known = schema ?? NO_COLUMNS;
  const result = chosen(selection, known);
  const save = (): void => {
    designer.setParameter(node, name, cleaned(selection));
    onClose();
  };
  return (
    <Modal title={parameter.label} onClose={onClose} wide testId="columns-dialog" footer={
      <>
        <span className="quiet">{schema
          ? ngettext("%(count)s of %(all)s column", "%(count)s of %(all)s columns", result.length, { all: known.columns.length })
          : _("The columns are not known yet: connect the input to data.")}</span>
        <span className="toolbar-gap" />
        <button type="button" className="s-button" onClick={onClose}>{_("Cancel")}</button>
        {canEdit ? <button type="button" className="s-button is-primary" onClick={save} data-testid="columns-save">{_("Save")}</button> : null}
      </>
    }>
      <fieldset className="segments">
        <legend className="hidden">{_("How to choose")}</legend>
        <label><input type="radio" name="mode" checked={isByName} onChange={() => setSelection({ ...selection, mode: "names", names: isByName ? (selection.names ?? []) : result.map((column) => column.name) })} /> {_("By name")}</label>
        <label><input type="radio" name="mode" checked={!isByName} data-testid="columns-rules" onChange={() => setSelection(asRules(selection))} /> {_("With rules")}</label>
      </fieldset>
      {isByName
        ? <ByName schema={known} onlyTypes={parameter.only_types ?? []} names={selection.names ?? []} onChange={(names) => setSelection({ ...selection, mode: "names", names })} />
        : <WithRules schema={known} selection={selection} onChange={setSelection} result={result} />}
    </Modal>
  );
}

function cleaned(selection: ColumnSelection): Json {
  if ((selection.mode ?? "names") === "names") return { mode: "names", names: selection.names ?? [] };
  return {
    mode: "rules", begin_with: selection.begin_with ?? "none",
    rules: (selection.rules ?? []).map((rule) => {
      const head = { action: rule.action ?? "include", by: rule.by ?? "names" };
      switch (rule.by ?? "names") {
        case "names": return { ...head, names: rule.names ?? [] };
        case "types": return { ...head, types: rule.types ?? [] };
        case "indices": return { ...head, indices: rule.indices ?? "" };
        case "all": return head;
      }
    }),
  };
}

function asRules(selection: ColumnSelection): ColumnSelection {
  if (selection.rules?.length) return { ...selection, mode: "rules" };
  const rules: Rule[] = selection.names?.length ? [{ action: "include", by: "names", names: selection.names }] : [];
  return { mode: "rules", begin_with: "none", rules };
}

const TYPES = ["", "numeric", "integer", "decimal", "string", "boolean", "date", "categorical"];

function ByName({ schema, onlyTypes, names, onChange }: {
  readonly schema: TableSchema; readonly onlyTypes: readonly string[]; readonly names: readonly string[]; readonly onChange: (names: readonly string[]) => void;
}): JSX.Element {
  const [text, setText] = useState("");
  const [type, setType] = useState("");
  const taken = useMemo(() => new Set(names), [names]);
  const fits = (column: Column): boolean =>
    column.name.toLowerCase().includes(text.toLowerCase()) && (type === "" || isOf(column, type));
  const allowed = schema.columns.filter((column) => onlyTypes.length === 0 || onlyTypes.some((each) => isOf(column, each)));
  const free = allowed.filter((column) => !taken.has(column.name) && fits(column));
  const known = new Map(schema.columns.map((column) => [column.name, column]));
  const picked = names.map((name): Column & { readonly lost?: boolean } => known.get(name) ?? { name, type: "string", lost: true });
  return (
    <>
      <div className="s-filters">
        <input className="s-field" type="search" placeholder={_("Search columns")} aria-label={_("Search columns")} value={text}
          onChange={(event) => setText(event.target.value)} data-testid="columns-search" />
        <select className="s-field" aria-label={_("Type")} value={type} onChange={(event) => setType(event.target.value)}>
          {TYPES.map((each) => <option key={each} value={each}>{each ? columnTypeName(each) : _("All types")}</option>)}
        </select>
      </div>
      <div className="two-lists">
        <ColumnList title={_("Available")} columns={free} sign="plus" testId="columns-available"
          all={_("Add all")} onAll={() => onChange([...names, ...free.map((column) => column.name)])} onPick={(name) => onChange([...names, name])}
          act={(name) => _("Add %(name)s", { name })} />
        <ColumnList title={_("Chosen")} columns={picked.filter(fits)} sign="minus" testId="columns-chosen"
          all={_("Remove all")} onAll={() => onChange(names.filter((name) => !picked.filter(fits).some((column) => column.name === name)))}
          onPick={(name) => onChange(names.filter((each) => each !== name))} act={(name) => _("Remove %(name)s", { name })} />
      </div>
    </>
  );
}

/** What is picked leaves the list; the keyboard stays in it, on the next entry. */
function ColumnList({ title, columns, sign, all, onAll, onPick, act, testId }: {
  readonly title: string; readonly columns: readonly (Column & { readonly lost?: boolean })[]; readonly sign: "plus" | "minus"; readonly all: string;
  readonly onAll: () => void; readonly onPick: (name: string) => void; readonly act: (name: string) => string; readonly testId: string;
}): JSX.Element {
  const section = useRef<HTMLElement>(null);
  const left = useRef<number | null>(null);
  useEffect(() => {
    if (left.current === null) return;
    const entries = section.current?.querySelectorAll<HTMLElement>("[data-column]") ?? [];
    (entries[Math.min(left.current, entries.length - 1)] ?? section.current)?.focus();
    left.current = null;
  });
  return (
    <section aria-label={title} data-testid={testId} ref={section} tabIndex={-1}>
      <header><h3>{title} <span className="s-count">{columns.length}</span></h3>
        <button type="button" className="link" disabled={columns.length === 0} onClick={() => { left.current = 0; onAll(); }} data-testid={`${testId}-all`}>{all}</button></header>
      <ul className="column-list scrolls">
        {columns.map((column, index) => (
          <li key={column.name}>
            <button type="button" aria-label={act(column.name)} data-column={column.name} onClick={() => { left.current = index; onPick(column.name); }}>
              <span className="column-name">{column.name}</span>
              <small className={column.lost ? "is-error" : undefined}>{column.lost ? _("not there") : columnTypeName(column.type)}</small>
              <Icon name={sign} size={14} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function WithRules({ schema, selection, onChange, result }: {
  readonly schema: TableSchema; readonly selection: ColumnSelection; readonly onChange: (selection: ColumnSelection) => void; readonly result: readonly Column[];
}): JSX.Element {
  const rules = selection.rules ?? [];
  const set = (index: number, rule: Rule | null): void =>
    onChange({ ...selection, rules: rule ? rules.map((each, at) => (at === index ? rule : each)) : rules.filter((_rule, at) => at !== index) });
  return (
    <>
      <label className="s-row is-inline">
        <span>{_("Begin with")}</span>
        <select className="s-field" value={selection.begin_with ?? "none"} data-testid="begin-with"
          onChange={(event) => onChange({ ...selection, begin_with: event.target.value === "all" ? "all" : "none" })}>
          <option value="none">{_("No columns")}</option><option value="all">{_("All columns")}</option>
        </select>
      </label>
      <ol className="rules">{rules.map((rule, index) => <RuleRow key={index} rule={rule} schema={schema} index={index} onChange={(next) => set(index, next)} />)}</ol>
      <button type="button" className="s-button" data-testid="add-rule"
        onClick={() => onChange({ ...selection, rules: [...rules, { action: selection.begin_with === "all" ? "exclude" : "include", by: "names", names: [] }] })}>
        <Icon name="plus" size={14} /> {_("Add a rule")}
      </button>
      <p className="quiet chosen-names">{result.map((column) => column.name).join(", ") || _("No column is chosen.")}</p>
    </>
  );
}

const RULE_TYPES = ["numeric", "integer", "decimal", "string", "boolean", "date", "categorical", "feature", "label"];

function RuleRow({ rule, schema, index, onChange }: {
  readonly rule: Rule; readonly schema: TableSchema; readonly index: number; readonly onChange: (rule: Rule | null) => void;
}): JSX.Element {
  const by = rule.by ?? "names";
  const toggle = (list: readonly string[], value: string): readonly string[] =>
    list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
  return (
    <li className="rule" data-testid={`rule-${index}`}>
      <select className="s-field" aria-label={_("Include or exclude")} value={rule.action ?? "include"} onChange={(event) => onChange({ ...rule, action: event.target.value === "exclude" ? "exclude" : "include" })}>
        <option value="include">{_("Include")}</option><option value="exclude">{_("Exclude")}</option>
      </select>
      <select className="s-field" aria-label={_("By what")} value={by} onChange={(event) => onChange({ action: rule.action ?? "include", by: event.target.value as NonNullable<Rule["by"]> })}>
        <option value="names">{_("column names")}</option><option value="indices">{_("column numbers")}</option>
        <option value="types">{_("column types")}</option><option value="all">{_("all columns")}</option>
      </select>
      {by === "names" ? <NamesRule names={rule.names ?? []} schema={schema} onChange={(names) => onChange({ ...rule, names })} /> : null}
      {by === "indices" ? (
        <input className="s-field" placeholder="1-3,5" aria-label={_("Column numbers")} value={rule.indices ?? ""} onChange={(event) => onChange({ ...rule, indices: event.target.value })} />
      ) : null}
      {by === "types" ? (
        <span className="chips">{RULE_TYPES.map((type) => (
          <label key={type} className="chip"><input type="checkbox" checked={rule.types?.includes(type) ?? false} onChange={() => onChange({ ...rule, types: toggle(rule.types ?? [], type) })} /> {columnTypeName(type)}</label>
        ))}</span>
      ) : null}
      <button type="button" className="s-button is-quiet is-icon" aria-label={_("Remove the rule")} onClick={() => onChange(null)}><Icon name="trash" size={14} /></button>
    </li>
  );
}

function NamesRule({ names, schema, onChange }: {
  readonly names: readonly string[]; readonly schema: TableSchema; readonly onChange: (names: readonly string[]) => void;
}): JSX.Element {
  const rest = schema.columns.filter((column) => !names.includes(column.name));
  return (
    <span className="chips">
      {names.map((name) => (
        <button key={name} type="button" className="chip" aria-label={_("Remove %(name)s", { name })} onClick={() => onChange(names.filter((each) => each !== name))}>
          {name} <Icon name="close" size={10} />
        </button>
      ))}
      <select className="s-field is-small" aria-label={_("Add a column")} value="" onChange={(event) => event.target.value && onChange([...names, event.target.value])}>
        <option value="">{_("Add a column")}</option>
        {rest.map((column) => <option key={column.name} value={column.name}>{column.name}</option>)}
      </select>
    </span>
  );
}
