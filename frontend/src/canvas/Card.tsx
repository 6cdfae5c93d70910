/** One step on the canvas: a card of fixed size with ports, problems and the state of its run. */
import { Handle, type NodeProps, Position, type ReactFlowState, useStore } from "@xyflow/react";
import { type CSSProperties, type JSX, memo, useEffect, useMemo, useRef } from "react";
import type { Pin, Port } from "@/api/types";
import type { CardNode } from "@/canvas/flow";
import { StepBar, stateName, StepLine } from "@/canvas/StepBadge";
import { Visitor } from "@/canvas/Visitor";
import { useDesigner, useShown } from "@/designer/context";
import { isOutdated } from "@/designer/subgraphs";
import { documentOf, isBlocking, problemsOf, stepOf } from "@/designer/state";
import { componentOf, DATASET, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { type End, judge, type Side, typeName, whyNot } from "@/graph/connect";
import { changedSince } from "@/graph/document";
import { portShare } from "@/graph/size";
import { Icon } from "@/ui/Icon";
import { _, moment } from "@/i18n";

const FAR = 0.3;
const isFarAway = (state: ReactFlowState): boolean => state.transform[2] < FAR;

/** From far away a card is one plain box: nobody can read it, and a thousand of them have to move. */
export const Card = memo(function Card(props: NodeProps<CardNode>): JSX.Element {
  return useStore(isFarAway) ? <FarCard {...props} /> : <NearCard {...props} />;
});

function FarCard({ id, data, selected }: NodeProps<CardNode>): JSX.Element {
  const state = useShown((shown) => stepOf(shown, id)?.state ?? "none");
  const isBroken = useShown((shown) => problemsOf(shown, id).some(isBlocking));
  return (
    <div className={`s-card is-far state-${state}${selected ? " is-selected" : ""}${isBroken ? " is-broken" : ""}`}
      data-testid={`node-${id}`} data-component={data.drawn.component} data-state={state} />
  );
}

function NearCard({ id, data, selected }: NodeProps<CardNode>): JSX.Element {
  const designer = useDesigner();
  const catalogue = useShown((state) => state.catalogue);
  const component = componentOf(catalogue, data.drawn);
  const step = useShown((state) => stepOf(state, id));
  const isStale = useIsStale(id);
  const refusal = useRefusal(id);
  const focus = useShown((state) => (state.focus?.node === id && !state.focus.parameter ? state.focus.token : 0));
  const isEntry = useShown((state) => (state.nodes.at(-1) ?? firstOf(documentOf(state).nodes)) === id);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus) element.current?.focus({ preventScroll: true });
  }, [focus]);
  const title = titleOf(catalogue, data.drawn);
  const kind = data.drawn.component === DATASET
    ? _("Dataset, version %(version)s", { version: String(data.drawn.parameters?.["version"] ?? "?") })
    : (component?.title ?? _("Unknown component"));
  const state = step && !isStale ? step.state : "none";
  const { mode, pins, regenerate } = data.drawn;
  const marks = [`state-${state}`, selected ? "is-selected" : "", refusal ? "is-dimmed" : "", mode ? `is-${mode}` : "", data.collapsed ? "is-collapsed" : ""];
  return (
    <div
      ref={element} className={`s-card ${marks.filter(Boolean).join(" ")}`} data-mode={mode ?? ""}
      data-testid={`node-${id}`} data-component={data.drawn.component} data-state={state}
      tabIndex={isEntry ? 0 : -1} role="group" aria-roledescription={_("step")}
      aria-label={[title, kind, step && !isStale ? stateName(step.state) : "", mode ? modeName(mode) : "", pins ? _("pinned") : ""].filter(Boolean).join(", ")}
      onPointerEnter={() => refusal && designer.announce(refusal)}
      onFocus={(event) => {
        // The mouse chooses by its click, which may add to what is chosen; only the keyboard chooses by coming here.
        const isByKeys = event.target === event.currentTarget && event.currentTarget.matches(":focus-visible");
        if (isByKeys && !designer.state.nodes.includes(id)) designer.select([id], []);
      }}
      onDoubleClick={() => designer.set({ sheet: "pane" })}
    >
      <Visitor node={id} />
      <Ports node={id} side="input" ports={inputsOf(component)} />
      <div className="card-body">
        <span className="card-icon"><Icon name={data.drawn.component === DATASET ? "data" : component?.own?.kind === "graph" ? "canvas" : "step"} /></span>
        <span className="card-text">
          <span className="card-title" title={title}>{title}</span>
          {data.collapsed ? null : mode ? <span className="card-kind">{modeName(mode)}</span> : step && !isStale ? <StepLine step={step} />
            : <span className="card-kind">{data.drawn.title || data.drawn.component === DATASET ? kind : (component?.group ?? kind)}</span>}
        </span>
        <span className="card-marks">
          {pins ? <PinBadge node={id} pins={pins} /> : null}
          {regenerate ? <span className="card-anew" role="img" title={_("Runs anew next time")} aria-label={_("Runs anew next time")}><Icon name="reuse" size={14} /></span> : null}
          {mode ? <span className="card-mode" aria-hidden="true"><Icon name={mode === "disabled" ? "skip" : "bypass"} size={14} /></span> : null}
          {data.drawn.comment ? <span className="card-comment" title={data.drawn.comment}><Icon name="comment" size={14} /></span> : null}
          {isOutdated(component) ? <UpdateBadge node={id} version={component?.own?.latest ?? ""} /> : null}
          <ProblemBadge node={id} />
        </span>
      </div>
      {step && !isStale ? <StepBar step={step} /> : null}
      {refusal ? <span className="card-refusal" role="tooltip">{refusal}</span> : null}
      <Ports node={id} side="output" ports={outputsOf(component)} />
    </div>
  );
}

function modeName(mode: "disabled" | "bypassed"): string {
  return mode === "disabled" ? _("Disabled: does not run") : _("Bypassed: passes its input on");
}

/** Since when and by whom the results are kept, and what that means. */
function PinBadge({ node, pins }: { readonly node: string; readonly pins: Readonly<Record<string, Pin>> }): JSX.Element {
  const lines = Object.values(pins).map((pin) => _("%(port)s pinned by %(who)s, %(when)s", { port: pin.port, who: pin.pinned_by, when: moment(pin.pinned_at) }));
  const text = [...lines, _("A run with pins is marked, and its models cannot be promoted.")].join("\n");
  return <span className="card-pin" role="img" title={text} aria-label={text} data-testid={`pin-${node}`}><Icon name="pin" size={14} /></span>;
}

/** The first key without listing them all: asked by every card at every change. */
function firstOf(record: Readonly<Record<string, unknown>>): string | undefined {
  for (const key in record) return key;
  return undefined;
}

/** Was the step, or anything before it, changed since the run whose state it would show? */
function useIsStale(id: string): boolean {
  return useShown((state) => state.submitted !== null && stepOf(state, id) !== undefined
    && changedSince(documentOf(state), state.submitted).has(id));
}

/** Why the link that is being drawn cannot end on this step; empty if it can, or if none is drawn. */
function useRefusal(id: string): string {
  const catalogue = useShown((state) => state.catalogue);
  const linking = useShown((state) => state.linking);
  const document = useShown((state) => (state.linking ? documentOf(state) : null));
  return useMemo(
    () => (linking && document && linking.node !== id ? whyNot(catalogue, document, linking, id) : ""),
    [catalogue, linking, document, id],
  );
}

function Ports({ node, side, ports }: { readonly node: string; readonly side: Side; readonly ports: readonly Port[] }): JSX.Element {
  return (
    <>
      {ports.map((port, index) => (
        <PortHandle key={port.name} end={{ node, port: port.name, side }} port={port} share={portShare(index, ports.length)} />
      ))}
    </>
  );
}

function PortHandle({ end, port, share }: { readonly end: End; readonly port: Port; readonly share: number }): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const verdict = usePortVerdict(end);
  const isPointed = useShown((state) => state.pointed?.node === end.node && state.pointed.port === end.port && state.pointed.side === end.side);
  const isStart = useShown((state) => state.linking?.node === end.node && state.linking.port === end.port && state.linking.side === end.side);
  const hasOutput = useShown((state) => end.side === "output" && hasResult(stepOf(state, end.node)?.state)) ;
  const label = portLabel(port, end.side);
  const classes = ["port", `type-${port.type}`, `port-${end.side}`];
  if (verdict === "yes") classes.push("is-open");
  if (verdict === "no") classes.push("is-dimmed");
  if (isPointed) classes.push("is-pointed");
  if (isStart) classes.push("is-start");
  if (hasOutput) classes.push("has-output");
  if (port.optional) classes.push("is-optional");
  const show = (): void => designer.openOutput(end.node, end.port);
  const style: CSSProperties = { left: `${share * 100}%` };
  return (
    <Handle
      id={end.port} type={end.side === "output" ? "source" : "target"}
      position={end.side === "output" ? Position.Bottom : Position.Top}
      className={classes.join(" ")} style={style} isConnectable={canEdit}
      data-testid={`port-${end.node}-${end.port}`} data-type={port.type} data-side={end.side}
      role={hasOutput ? "button" : "img"} tabIndex={hasOutput ? 0 : -1}
      aria-label={hasOutput ? _("%(port)s: show the result", { port: label }) : label} title={label}
      onClick={hasOutput ? show : undefined}
      onKeyDown={(event) => {
        if (!hasOutput || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        show();
      }}
    />
  );
}

const hasResult = (state: string | undefined): boolean => state === "completed" || state === "reused";

function usePortVerdict(end: End): "yes" | "no" | "" {
  const catalogue = useShown((state) => state.catalogue);
  const linking = useShown((state) => state.linking);
  const document = useShown((state) => (state.linking ? documentOf(state) : null));
  const { node, port, side } = end;
  return useMemo(() => {
    if (!linking || !document || (linking.node === node && linking.port === port && linking.side === side)) return "";
    return judge(catalogue, document, linking, { node, port, side }).possible ? "yes" : "no";
  }, [catalogue, linking, document, node, port, side]);
}

function portLabel(port: Port, side: Side): string {
  const values = { label: port.label || port.name, type: typeName(port.type) };
  if (side === "output") return _("Output %(label)s (%(type)s)", values);
  return port.optional ? _("Input %(label)s (%(type)s, optional)", values) : _("Input %(label)s (%(type)s)", values);
}

/** Opens what the newest version of the card's component changes. */
function UpdateBadge({ node, version }: { readonly node: string; readonly version: string }): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const label = _("Version %(version)s is available", { version });
  return (
    <button type="button" className="s-badge badge-update nodrag" title={label} aria-label={label} disabled={!canEdit} tabIndex={-1}
      data-testid={`update-${node}`} onClick={(event) => { event.stopPropagation(); designer.openDialog({ kind: "update", node }); }}>↑</button>
  );
}

function ProblemBadge({ node }: { readonly node: string }): JSX.Element | null {
  const problems = useShown((state) => problemsOf(state, node));
  if (problems.length === 0) return null;
  const text = problems.map((problem) => problem.message).join("\n");
  const kind = problems.some(isBlocking) ? "error" : "warning";
  return (
    <span className={`s-badge badge-${kind}`} title={text} role="img" aria-label={text} data-testid={`problem-${node}`}>
      {problems.length > 1 ? problems.length : "!"}
    </span>
  );
}
