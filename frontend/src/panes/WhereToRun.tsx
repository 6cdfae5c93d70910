/** What the worker must have that runs a step, or every step that says nothing; and whether some worker has it now. */
import { type JSX, useEffect, useId, useState } from "react";
import type { Demand, Fit, Pool } from "@/api/types";
import { reasonOf } from "@/api/client";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { componentOf } from "@/graph/catalogue";
import { asking, filled, GIB, isAny, labelsOf, labelsText } from "@/graph/demand";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

const WAIT_MS = 250;
const NOTHING: Demand = {};

export function WhereStepRuns({ node }: { readonly node: string }): JSX.Element {
  const designer = useDesigner();
  const document = useDocument();
  const drawn = document.nodes[node];
  const component = useShown((state) => (drawn ? componentOf(state.catalogue, drawn) : undefined));
  const otherwise = filled(component?.own?.demand ?? NOTHING, document.defaults?.demand ?? NOTHING);
  return (
    <WhereToRun own={drawn?.demand ?? NOTHING} otherwise={otherwise} onChange={(next) => designer.askFor(node, next)}
      help={_("Empty: as the component or the pipeline says, else any worker.")} />
  );
}

export function WhereStepsRun(): JSX.Element {
  const designer = useDesigner();
  const own = useDocument().defaults?.demand ?? NOTHING;
  return (
    <WhereToRun own={own} otherwise={NOTHING} onChange={(next) => designer.askFor(null, next)}
      help={_("For all steps that say nothing themselves.")} />
  );
}

interface Props {
  readonly own: Demand;
  readonly otherwise: Demand;
  readonly help: string;
  readonly onChange: (next: Demand) => void;
}

function WhereToRun({ own, otherwise, help, onChange }: Props): JSX.Element {
  const readOnly = !useShown((state) => state.canEdit);
  const [wasOpened, setOpened] = useState(() => !isAny(own));
  const set = <K extends keyof Demand>(name: K, value: Demand[K] | null): void => onChange(asking(own, name, value ?? null));
  return (
    <details className="where-to-run own-words" open={wasOpened} data-testid="where-to-run" onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{_("Where to run")}</summary>
      {wasOpened ? (
        <>
          <PoolChoice value={own.compute ?? ""} otherwise={otherwise.compute ?? ""} readOnly={readOnly} onChange={(value) => set("compute", value)} />
          <div className="demand-numbers">
            <Amount label={_("Processors")} name="cpus" value={own.cpus} otherwise={otherwise.cpus} readOnly={readOnly} onChange={(value) => set("cpus", value)} />
            <Amount label={_("Memory, GiB")} name="memory" value={gib(own.memory_bytes)} otherwise={gib(otherwise.memory_bytes)} readOnly={readOnly}
              onChange={(value) => set("memory_bytes", value === null ? null : Math.round(value * GIB))} />
            <Amount label={_("GPUs")} name="gpus" value={own.gpus} otherwise={otherwise.gpus} readOnly={readOnly} isWhole onChange={(value) => set("gpus", value)} />
          </div>
          <Labels value={labelsText(own.labels)} otherwise={labelsText(otherwise.labels)} readOnly={readOnly} onChange={(text) => set("labels", labelsOf(text))} />
          <FitLine demand={filled(own, otherwise)} />
          <p className="s-help">{help}</p>
        </>
      ) : null}
    </details>
  );
}

const gib = (bytes: number | undefined): number | undefined => (bytes === undefined ? undefined : bytes / GIB);

function PoolChoice({ value, otherwise, readOnly, onChange }: {
  readonly value: string; readonly otherwise: string; readonly readOnly: boolean; readonly onChange: (value: string) => void;
}): JSX.Element {
  const designer = useDesigner();
  const [pools, setPools] = useState<readonly Pool[]>([]);
  useEffect(() => {
    let isCurrent = true;
    designer.api.pools().then((found) => { if (isCurrent) setPools(found); }, () => undefined);
    return () => { isCurrent = false; };
  }, [designer]);
  const isKnown = !value || pools.some((pool) => pool.name === value);
  return (
    <label className="s-row">
      <span>{_("Compute")}</span>
      <select className="s-field" value={value} disabled={readOnly} data-testid="demand-compute" onChange={(event) => onChange(event.target.value)}>
        <option value="">{otherwise ? _("as usual: %(value)s", { value: otherwise }) : _("any worker")}</option>
        {isKnown ? null : <option value={value}>{_("%(name)s (no pool here)", { name: value })}</option>}
        {pools.map((pool) => <option key={pool.name} value={pool.name}>{pool.name}{pool.workers.length ? "" : ` (${_("no worker")})`}</option>)}
      </select>
    </label>
  );
}

/** What is typed is kept as it is while the field has the focus: `0.` is on its way to `0.5`. */
function Amount({ label, name, value, otherwise, readOnly, isWhole = false, onChange }: {
  readonly label: string; readonly name: string; readonly value: number | undefined; readonly otherwise: number | undefined;
  readonly readOnly: boolean; readonly isWhole?: boolean; readonly onChange: (value: number | null) => void;
}): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const read = (text: string): number | null => {
    const found = Number(text.replace(",", "."));
    return text.trim() && Number.isFinite(found) && found >= 0 && found <= 10_000 && (!isWhole || Number.isInteger(found)) ? found : null;
  };
  const isUnfit = typed !== null && typed.trim() !== "" && read(typed) === null;
  return (
    <label className="s-row">
      <span>{label}</span>
      <input className="s-field" inputMode={isWhole ? "numeric" : "decimal"} value={typed ?? (value === undefined ? "" : String(value))} readOnly={readOnly}
        placeholder={otherwise === undefined ? _("any") : String(otherwise)} aria-invalid={isUnfit} data-testid={`demand-${name}`}
        onChange={(event) => {
          setTyped(event.target.value);
          if (!event.target.value.trim() || read(event.target.value) !== null) onChange(read(event.target.value));
        }}
        onBlur={() => { if (!isUnfit) setTyped(null); }} />
      {isUnfit ? <span className="s-help is-error" role="alert">{isWhole ? _("Give a whole number from 0 to 10,000.") : _("Give a number from 0 to 10,000.")}</span> : null}
    </label>
  );
}

function Labels({ value, otherwise, readOnly, onChange }: {
  readonly value: string; readonly otherwise: string; readonly readOnly: boolean; readonly onChange: (text: string) => void;
}): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  return (
    <div className="s-row">
      <label htmlFor={id}>{_("Labels")}</label>
      <input id={id} className="s-field mono" value={typed ?? value} readOnly={readOnly} placeholder={otherwise || "gpu,zone=a"} data-testid="demand-labels"
        onChange={(event) => { setTyped(event.target.value); onChange(event.target.value); }} onBlur={() => setTyped(null)} />
    </div>
  );
}

/** Asked again whenever the demand changes; an answer that comes late is left aside. */
function FitLine({ demand }: { readonly demand: Demand }): JSX.Element | null {
  const designer = useDesigner();
  const [fit, setFit] = useState<Fit | null>(null);
  const [error, setError] = useState("");
  const asked = JSON.stringify(demand);
  useEffect(() => {
    let isCurrent = true;
    const timer = window.setTimeout(() => {
      designer.api.fit(JSON.parse(asked) as Demand).then(
        (found) => { if (isCurrent) { setFit(found); setError(""); } },
        (reason: unknown) => { if (isCurrent) { setFit(null); setError(reasonOf(reason)); } },
      );
    }, WAIT_MS);
    return () => { isCurrent = false; window.clearTimeout(timer); };
  }, [designer, asked]);
  if (error) return <p className="note note-error" role="status">{error}</p>;
  if (!fit) return null;
  return (
    <p className={`note note-${fit.fits ? "info" : "warning"}`} role="status" data-testid="demand-fit" data-fits={fit.fits}>
      <Icon name={fit.fits ? "check" : "alert"} size={14} /> {fit.told} {fit.hint} <a href={fit.url}>{_("Compute")}</a>
    </p>
  );
}
