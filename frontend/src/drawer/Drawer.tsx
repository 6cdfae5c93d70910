/** What came out at one port: table, statistics, histograms, evaluation, model, or the facts of anything else. */
import { type JSX, type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { reasonOf } from "@/api/client";
import type { Output, TableOutput } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { stepOf } from "@/designer/state";
import { EvaluationView } from "@/drawer/EvaluationView";
import { FilesView } from "@/drawer/FilesView";
import { FindingView, findingName } from "@/drawer/findings/FindingView";
import { Histograms } from "@/drawer/Histograms";
import { ModelView } from "@/drawer/ModelView";
import { Statistics } from "@/drawer/Statistics";
import { PAGE, TableView } from "@/drawer/TableView";
import { componentOf, outputsOf, titleOf } from "@/graph/catalogue";
import { Icon } from "@/ui/Icon";
import { _, number } from "@/i18n";

export function Drawer(): JSX.Element | null {
  const drawer = useShown((state) => state.drawer);
  const run = useShown((state) => state.run?.id ?? null);
  if (!drawer || !run) return null;
  return <Open key={`${run} ${drawer.node} ${drawer.port}`} run={run} node={drawer.node} port={drawer.port} />;
}

interface Place {
  readonly run: string;
  readonly node: string;
  readonly port: string;
}

function Open({ run, node, port }: Place): JSX.Element {
  const designer = useDesigner();
  const element = useRef<HTMLElement>(null);
  const [height, setHeight] = useState<number | null>(null);
  const [isTall, setTall] = useState(false);
  const title = useShown((state) => {
    const drawn = state.history.present.nodes[node];
    return drawn ? titleOf(state.catalogue, drawn) : (stepOf(state, node)?.title ?? node);
  });
  const label = useShown((state) => outputsOf(componentOf(state.catalogue, state.history.present.nodes[node])).find((each) => each.name === port)?.label ?? port);
  const found = useOutput({ run, node, port });
  useEffect(() => element.current?.focus(), []);
  const resize = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1 || !element.current) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setHeight(Math.max(160, element.current.getBoundingClientRect().bottom - event.clientY));
  };
  return (
    <section className={`drawer${isTall ? " is-tall" : ""}`} ref={element} tabIndex={-1} data-testid="drawer" style={height ? { height } : undefined}
      aria-label={_("%(port)s of %(title)s", { port: label, title })}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); designer.set({ drawer: null }); designer.focus(node); } }}>
      <div className="drawer-grip" onPointerMove={resize} aria-hidden="true" />
      {found.error ? <DrawerHead title={title} label={label} /> : null}
      {found.error ? <p className="note note-error">{found.error}</p> : null}
      {!found.error && !found.output ? <p className="quiet drawer-wait" role="status">{_("Loading…")}</p> : null}
      {found.output ? <Shown place={{ run, node, port }} output={found.output} title={title} label={label} isTall={isTall} onTall={setTall} /> : null}
    </section>
  );
}

function useOutput({ run, node, port }: Place): { readonly output: Output | null; readonly error: string } {
  const designer = useDesigner();
  const [found, setFound] = useState<{ output: Output | null; error: string }>({ output: null, error: "" });
  useEffect(() => {
    let isGone = false;
    designer.api.output(run, node, port, 0, PAGE).then(
      (output) => isGone || setFound({ output, error: "" }),
      (error: unknown) => isGone || setFound({ output: null, error: reasonOf(error) }),
    );
    return () => { isGone = true; };
  }, [designer, run, node, port]);
  return found;
}

type View = "table" | "statistics" | "histograms" | "evaluation" | "finding" | "facts";

function viewName(view: View, output: Output): string {
  switch (view) {
    case "finding": return output.type === "table" && output.finding ? findingName(output.finding) : "";
    case "table": return _("Table");
    case "statistics": return _("Statistics");
    case "histograms": return _("Histograms");
    case "evaluation": return _("Evaluation");
    case "facts": return _("Details");
  }
}

function viewsOf(output: Output): readonly View[] {
  if (output.type !== "table") return ["facts"];
  const views: View[] = [...(output.evaluation ? ["evaluation" as const] : []), ...(output.finding ? ["finding" as const] : []), "table"];
  return output.profile ? [...views, "statistics", "histograms"] : views;
}

interface ShownProps {
  readonly place: Place;
  readonly output: Output;
  readonly title: string;
  readonly label: string;
  readonly isTall: boolean;
  readonly onTall: (isTall: boolean) => void;
}

function Shown({ place, output, title, label, isTall, onTall }: ShownProps): JSX.Element {
  const views = viewsOf(output);
  const [view, setView] = useState<View>(views[0] ?? "facts");
  return (
    <>
      <DrawerHead title={title} label={label} isTall={isTall} onTall={onTall}
        facts={output.type === "table" ? _("%(rows)s rows × %(columns)s columns", { rows: number(output.row_count), columns: output.schema.columns.length }) : ""}>
        <div className="s-tabs" role="tablist" aria-label={_("Ways to look at it")} onKeyDown={walk}>
          {views.map((each) => (
            <button key={each} type="button" role="tab" aria-selected={each === view} tabIndex={each === view ? 0 : -1}
              id={`drawer-tab-${each}`} aria-controls="drawer-panel" data-testid={`drawer-${each}`} onClick={() => setView(each)}>{viewName(each, output)}</button>
          ))}
        </div>
      </DrawerHead>
      <div className="drawer-body" role="tabpanel" id="drawer-panel" aria-labelledby={`drawer-tab-${view}`}>
        {output.type === "table" ? <TableViews view={view} place={place} output={output} />
          : output.type === "model" && "algorithm" in output ? <ModelView model={output} />
            : output.type === "zip" ? <FilesView output={output} />
              : <Facts output={output as Extract<Output, { summary: unknown }>} />}
      </div>
    </>
  );
}

function TableViews({ view, place, output }: { readonly view: View; readonly place: Place; readonly output: TableOutput }): JSX.Element {
  if (view === "statistics" && output.profile) return <Statistics profile={output.profile} />;
  if (view === "histograms" && output.profile) return <Histograms profile={output.profile} />;
  if (view === "evaluation" && output.evaluation) return <EvaluationView evaluation={output.evaluation} />;
  if (view === "finding" && output.finding) return <FindingView finding={output.finding} />;
  return <TableView run={place.run} node={place.node} port={place.port} first={output} />;
}

function Facts({ output }: { readonly output: Extract<Output, { summary: unknown }> }): JSX.Element {
  return (
    <div className="scrolls facts-box">
      <table className="s-facts">
        <tbody>{(output.summary ?? []).map((fact) => (
          <tr key={fact.label}><th scope="row">{fact.label}</th><td>{typeof fact.value === "object" ? JSON.stringify(fact.value) : String(fact.value)}</td></tr>
        ))}</tbody>
      </table>
    </div>
  );
}

function DrawerHead({ title, label, facts = "", isTall, onTall, children }: {
  readonly title: string; readonly label: string; readonly facts?: string; readonly isTall?: boolean;
  readonly onTall?: (isTall: boolean) => void; readonly children?: JSX.Element;
}): JSX.Element {
  const designer = useDesigner();
  return (
    <header className="drawer-head">
      <h2>{label} <small>{title}</small></h2>
      {children}
      <span className="toolbar-gap" />
      {facts ? <span className="quiet">{facts}</span> : null}
      {onTall ? (
        <button type="button" className="s-button is-quiet is-icon" aria-pressed={isTall} aria-label={_("Full height")} title={_("Full height")} onClick={() => onTall(!isTall)}><Icon name="up" /></button>
      ) : null}
      <button type="button" className="s-button is-quiet is-icon" aria-label={_("Close")} data-testid="drawer-close" onClick={() => designer.set({ drawer: null })}><Icon name="close" /></button>
    </header>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const next = tabs[(tabs.indexOf(event.target as HTMLElement) + step + tabs.length) % tabs.length];
  event.preventDefault();
  event.stopPropagation();
  next?.focus();
  next?.click();
}
