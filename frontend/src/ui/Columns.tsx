/** The columns of a table with their types, as a short read-only list. */
import type { JSX } from "react";
import type { ColumnType, TableSchema } from "@/api/types";
import { _, ngettext, number } from "@/i18n";

export function columnTypeName(type: ColumnType | string): string {
  switch (type) {
    case "integer": return _("integer");
    case "decimal": return _("decimal");
    case "string": return _("text");
    case "boolean": return _("yes/no");
    case "date": return _("date");
    case "numeric": return _("numeric");
    case "categorical": return _("categorical");
    case "feature": return _("feature");
    case "label": return _("label");
    default: return type;
  }
}

export function Columns({ schema }: { readonly schema: TableSchema }): JSX.Element {
  const rows = schema.row_count;
  return (
    <details className="columns">
      <summary>
        {ngettext("%(count)s column", "%(count)s columns", schema.columns.length)}
        {rows === null || rows === undefined ? "" : `, ${ngettext("%(n)s row", "%(n)s rows", rows, { n: number(rows) })}`}
      </summary>
      <ul>
        {schema.columns.map((column) => (
          <li key={column.name}><span>{column.name}</span> <small>{columnTypeName(column.type)}{column.categorical ? `, ${_("categorical")}` : ""}</small></li>
        ))}
      </ul>
    </details>
  );
}
