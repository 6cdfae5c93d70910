/** Column selections: reading them from a parameter, and which columns of a table they mean. */
import type { Column, ColumnSelection, Json, Rule, TableSchema } from "@/api/types";

export const NOTHING: ColumnSelection = { mode: "names", names: [] };

export function selectionOf(value: Json | undefined): ColumnSelection {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return NOTHING;
  return value as ColumnSelection;
}

/** The chosen columns in the table's order; rules apply one after the other. */
export function chosen(selection: ColumnSelection, schema: TableSchema): readonly Column[] {
  if ((selection.mode ?? "names") === "names") {
    const names = new Set(selection.names);
    return schema.columns.filter((column) => names.has(column.name));
  }
  const picked = new Set(selection.begin_with === "all" ? schema.columns : []);
  for (const rule of selection.rules ?? []) {
    for (const column of matched(rule, schema)) {
      if (rule.action === "exclude") picked.delete(column);
      else picked.add(column);
    }
  }
  return schema.columns.filter((column) => picked.has(column));
}

function matched(rule: Rule, schema: TableSchema): readonly Column[] {
  switch (rule.by ?? "names") {
    case "all": return schema.columns;
    case "names": return schema.columns.filter((column) => rule.names?.includes(column.name));
    case "types": return schema.columns.filter((column) => rule.types?.some((type) => isOf(column, type)));
    case "indices": {
      const wanted = indices(rule.indices ?? "");
      return schema.columns.filter((_column, index) => wanted.some(([from, to]) => index + 1 >= from && index + 1 <= to));
    }
  }
}

export function isOf(column: Column, type: string): boolean {
  switch (type) {
    case "numeric": return column.type === "integer" || column.type === "decimal";
    case "categorical": return column.categorical === true;
    case "feature": case "label": return (column.role ?? "feature") === type;
    default: return column.type === type;
  }
}

/** `1-3,5` as ranges; parts that cannot be read are left out. */
export function indices(text: string): readonly (readonly [number, number])[] {
  return text.split(",").flatMap((part) => {
    const found = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
    if (!found) return [];
    const from = Number(found[1]);
    return [[from, found[2] === undefined ? from : Number(found[2])] as const];
  });
}
