/** What a step gave in the run: its outputs to open, why it failed, and its log as it is written. */
import { type JSX, useEffect, useMemo, useRef, useState } from "react";
import type { LogLine, Step } from "@/api/types";
import { concerns } from "@/api/notices";
import { StateLabel } from "@/canvas/StepBadge";
import { useDesigner, useShown } from "@/designer/context";
import { innerSteps } from "@/designer/summed";
import { stepOf } from "@/designer/state";
import { componentOf, outputsOf } from "@/graph/catalogue";
import { Icon } from "@/ui/Icon";
import { _, clock, moment, seconds } from "@/i18n";

export function Results({ node }: { readonly node: string }): JSX.Element {
  const step = useShown((state) => stepOf(state, node));
  const run = useShown((state) => state.run?.id ?? null);
  if (!step || !run) return <NotYet node={node} />;
  if (step.isSum) return <InnerResults card={node} step={step} />;
  return (
    <>
      <StepFacts step={step} />
      <Outputs node={node} step={step} />
      <Log key={`${run} ${node}`} run={run} node={node} />
    </>
  );
}

/** Before the first run, or for what the drawing keeps from running. */
function NotYet({ node }: { readonly node: string }): JSX.Element {
  const mode = useShown((state) => state.history.present.nodes[node]?.mode);
  const words = mode === "disabled" ? _("Disabled in the drawing: it does not run, nor does what needs it. Press D to enable it.")
    : mode === "bypassed" ? _("Bypassed in the drawing: its first fitting input is passed on. Press B to let it take part.")
      : _("This step has not run yet. Submit the pipeline to see its results here.");
  return <p className="quiet">{words}</p>;
}

/** Of a card that stands for several steps: the sum, and each of them on demand. */
function InnerResults({ card, step }: { readonly card: string; readonly step: Step }): JSX.Element {
  const run = useShown((state) => state.run);
  const inner = useMemo(() => innerSteps(run?.steps ?? [], card), [run, card]);
  return (
    <>
      <StepFacts step={step} />
      {inner.map((one) => (
        <InnerStep key={one.node} step={one} />
      ))}
    </>
  );
}

function InnerStep({ step }: { readonly step: Step }): JSX.Element {
  const [isOpen, setOpen] = useState(step.state === "failed");
  return (
    <details className="own-words" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)} data-testid={`inner-${step.node}`}>
      <summary>{step.title.split(" ▸ ").at(-1)} <StateLabel state={step.state} /></summary>
      {isOpen ? <Results node={step.node} /> : null}
    </details>
  );
}

function StepFacts({ step }: { readonly step: Step }): JSX.Element {
  const error = step.error;
  return (
    <>
      <p className="step-facts">
        <StateLabel state={step.state} />
        {step.seconds === null ? null : <span>{seconds(step.seconds)}</span>}
        {step.reused ? <span>{_("result of an earlier run")}</span> : null}
        {step.since ? <span className="quiet">{_("since %(time)s", { time: moment(step.since) })}</span> : null}
      </p>
      {error ? null : <p className="quiet" data-testid="step-why">{step.reason} {step.hint}</p>}
      {error ? (
        <div className="note note-error" role="alert">
          <p>{error.message}</p>
          {error.hint ? <p className="s-hint">{error.hint}</p> : null}
          {error.where?.column ? <p className="quiet">{_("Column: %(column)s", { column: error.where.column })}{error.where.value ? `, ${_("value: %(value)s", { value: error.where.value })}` : ""}</p> : null}
          {error.traceback ? <details><summary>{_("Traceback")}</summary><pre className="scrolls">{error.traceback}</pre></details> : null}
        </div>
      ) : null}
    </>
  );
}

function Outputs({ node, step }: { readonly node: string; readonly step: Step }): JSX.Element | null {
  const designer = useDesigner();
  const document = useShown((state) => state.history.present);
  const catalogue = useShown((state) => state.catalogue);
  const ports = useMemo(() => new Map(outputsOf(componentOf(catalogue, document.nodes[node])).map((port) => [port.name, port])), [catalogue, document, node]);
  if (step.outputs.length === 0) return null;
  return (
    <ul className="outputs">
      {step.outputs.map((output) => (
        <li key={output.port}>
          <button type="button" className="s-button" data-testid={`output-${node}-${output.port}`} onClick={() => designer.openOutput(node, output.port)}>
            <span className={`dot type-${output.type}`} /> {ports.get(output.port)?.label ?? output.port}
            <Icon name="chevron" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}

const MOST_LINES = 5_000;

function Log({ run, node }: { readonly run: string; readonly node: string }): JSX.Element {
  const { lines, ended } = useLog(run, node);
  const element = useRef<HTMLPreElement>(null);
  const stays = useRef(true);
  useEffect(() => {
    if (stays.current && element.current) element.current.scrollTop = element.current.scrollHeight;
  }, [lines]);
  return (
    <section className="log-section">
      <h3>{_("Log")} {ended ? null : <span className="live">{_("live")}</span>}</h3>
      <pre className="s-log scrolls" ref={element} tabIndex={0} role="log" aria-label={_("Log")} data-testid="log"
        onScroll={(event) => { const box = event.currentTarget; stays.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24; }}>
        {lines.map((line) => (
          <div key={line.seq} className={`log-line is-${line.stream}`}>
            <time>{clock(typeof line.at === "number" ? new Date(line.at * 1000) : line.at)}</time> {line.text}
          </div>
        ))}
        {lines.length === 0 ? <span className="quiet">{ended ? _("The step wrote nothing.") : _("Nothing written yet.")}</span> : null}
      </pre>
    </section>
  );
}

function useLog(run: string, node: string): { readonly lines: readonly LogLine[]; readonly ended: boolean } {
  const designer = useDesigner();
  const [log, setLog] = useState<{ lines: readonly LogLine[]; ended: boolean }>({ lines: [], ended: false });
  useEffect(() => {
    let after = 0;
    let stopped = false;
    let busy = false;
    let again = false;
    let ended = false;
    const fetch = async (): Promise<void> => {
      if (busy) { again = true; return; }
      busy = true;
      const page = await designer.api.log(run, node, after).catch(() => null);
      busy = false;
      if (stopped) return;
      if (page) {
        after = page.next;
        ended = page.ended;
        setLog((before) => ({ lines: [...before.lines, ...page.lines].slice(-MOST_LINES), ended: page.ended }));
      }
      if (again || (page && page.lines.length >= 500)) { again = false; void fetch(); }
    };
    const timer = window.setInterval(() => { if (!ended && !document.hidden) void fetch(); }, 2_000);
    const stop = designer.notices.listen((notice) => {
      if (!ended && (notice === null || concerns(notice, `${run}/${node}`))) void fetch();
    });
    void fetch();
    return () => { stopped = true; window.clearInterval(timer); stop(); };
  }, [designer, run, node]);
  return log;
}
