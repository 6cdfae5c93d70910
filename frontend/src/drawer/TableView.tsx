/** A table of any length: only the rows in sight are drawn, and pages are fetched as they come into sight. */
import { type JSX, useCallback, useEffect, useRef, useState } from "react";
import type { Column, Json, TableOutput } from "@/api/types";
import { useDesigner } from "@/designer/context";
import { columnTypeName } from "@/ui/Columns";
import { _, number } from "@/i18n";

export const PAGE = 100;
const ROW = 28;
const TALLEST = 8_000_000;
const SPARE = 4;

interface TableViewProps {
  readonly run: string;
  readonly node: string;
  readonly port: string;
  readonly first: TableOutput;
}

type Rows = readonly (readonly Json[])[];

export function TableView({ run, node, port, first }: TableViewProps): JSX.Element {
  const rows = usePages(run, node, port, first);
  const element = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(300);
  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(() => setHeight(box.clientHeight));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const count = first.row_count;
  const full = Math.min(count * ROW, TALLEST);
  const visible = Math.ceil(height / ROW) + SPARE;
  const begin = firstRow(top, full, height, count, visible);
  const end = Math.min(count, begin + visible);
  useEffect(() => rows.want(begin, end), [rows, begin, end]);
  const columns = first.schema.columns;
  const template = `4.5rem ${columns.map(widthOf).join(" ")}`;
  const offset = full < TALLEST ? begin * ROW : Math.min(top, Math.max(0, full - (end - begin) * ROW));
  return (
    <div className="grid scrolls" ref={element} role="table" tabIndex={0} aria-rowcount={count + 1} aria-colcount={columns.length + 1}
      aria-label={_("Rows")} data-testid="grid" onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      <div className="grid-inside">
        <div className="grid-row grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          <span role="columnheader" className="grid-number">#</span>
          {columns.map((column) => (
            <span role="columnheader" key={column.name} title={`${column.name} (${columnTypeName(column.type)})`}>
              {column.name} <small>{columnTypeName(column.type)}</small>
            </span>
          ))}
        </div>
        <div style={{ height: full }} role="rowgroup" className="grid-rows">
          <div style={{ transform: `translateY(${offset}px)` }} role="presentation">
            {Array.from({ length: end - begin }, (_unused, index) => (
              <Row key={begin + index} index={begin + index} row={rows.at(begin + index)} columns={columns} template={template} />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Pixels are rows while they last; a longer table is scrolled by its share. */
function firstRow(top: number, full: number, height: number, count: number, visible: number): number {
  if (full < TALLEST) return Math.max(0, Math.min(Math.floor(top / ROW) - 1, count - visible));
  return Math.max(0, Math.round((top / Math.max(1, full - height)) * (count - visible)));
}

function Row({ index, row, columns, template }: {
  readonly index: number; readonly row: readonly Json[] | undefined; readonly columns: readonly Column[]; readonly template: string;
}): JSX.Element {
  return (
    <div className="grid-row" role="row" aria-rowindex={index + 2} style={{ gridTemplateColumns: template }}>
      <span role="rowheader" className="grid-number">{index + 1}</span>
      {columns.map((column, at) => <Cell key={column.name} column={column} value={row?.[at]} />)}
    </div>
  );
}

function Cell({ column, value }: { readonly column: Column; readonly value: Json | undefined }): JSX.Element {
  if (value === undefined) return <span role="cell" className="is-waiting">…</span>;
  if (value === null) return <span role="cell" className="is-missing">{_("missing")}</span>;
  const isNumber = typeof value === "number";
  const text = isNumber && column.type === "decimal" ? number(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
  return <span role="cell" className={isNumber ? "is-number" : undefined} title={String(value)}>{text}</span>;
}

const widthOf = (column: Column): string =>
  `${Math.max(7, Math.min(16, column.name.length * 0.55 + 5))}rem`;

interface Pages {
  readonly at: (row: number) => readonly Json[] | undefined;
  readonly want: (begin: number, end: number) => void;
}

const WAIT_MS = 60;

function usePages(run: string, node: string, port: string, first: TableOutput): Pages {
  const designer = useDesigner();
  const pages = useRef(new Map<number, Rows | "asked">([[0, first.rows]]));
  const timer = useRef<number | undefined>(undefined);
  const [, redraw] = useState(0);
  const at = useCallback((row: number) => {
    const page = pages.current.get(Math.floor(row / PAGE));
    return page === undefined || page === "asked" ? undefined : page[row % PAGE];
  }, []);
  const fetch = useCallback((page: number): void => {
    if (pages.current.has(page)) return;
    pages.current.set(page, "asked");
    designer.api.output(run, node, port, page * PAGE, PAGE).then(
      (output) => {
        if (output.type === "table") pages.current.set(page, output.rows);
        redraw((count) => count + 1);
      },
      () => pages.current.delete(page),
    );
  }, [designer, run, node, port]);
  const want = useCallback((begin: number, end: number) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      for (let page = Math.floor(begin / PAGE); page * PAGE < end; page += 1) fetch(page);
    }, WAIT_MS);
  }, [fetch]);
  const value = useRef<Pages>({ at, want });
  if (value.current.want !== want) value.current = { at, want };
  return value.current;
}
