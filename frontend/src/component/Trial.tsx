/** Runs the component once on datasets of the project, before it is saved: its state, its log and what comes out. */
import { type JSX, useRef, useState } from "react";
import { type Api, reasonOf } from "@/api/client";
import type { LogLine, Output, Run } from "@/api/types";
import type { Drawing } from "@/component/drawing";
import { StateLabel } from "@/canvas/StepBadge";
import { _ } from "@/i18n";

const LOOK_MS = 700;
const ROWS = 10;

interface TrialProps {
  readonly api: Api;
  readonly body: object;
  readonly datasets: readonly string[];
  readonly drawing: Drawing;
}

interface Seen {
  readonly run: Run;
  readonly node: string;
  readonly lines: readonly LogLine[];
  readonly outputs: readonly { readonly port: string; readonly output: Output }[];
}

export function Trial({ api, body, datasets, drawing }: TrialProps): JSX.Element {
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [seen, setSeen] = useState<Seen | null>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const turn = useRef(0);
  const inputs = drawing.inputs.filter((port) => port.type === "table");
  const given = Object.fromEntries(inputs.flatMap((port) => {
    const dataset = chosen[port.name] ?? (port.optional ? "" : datasets[0]);
    return dataset ? [[port.name, dataset]] : [];
  }));
  const run = async (): Promise<void> => {
    turn.current += 1;
    const mine = turn.current;
    setBusy(true);
    setProblem("");
    setSeen(null);
    try {
      const begun = await api.tryComponent({ ...body, inputs: given });
      while (turn.current === mine) {
        const next = await look(api, begun.id, begun.node);
        setSeen(next);
        if (["completed", "failed", "cancelled"].includes(next.run.state)) break;
        await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
      }
    } catch (error) {
      setProblem(reasonOf(error));
    }
    setBusy(false);
  };
  return (
    <fieldset className="s-card-box">
      <legend>{_("Try it")}</legend>
      {inputs.map((port) => (
        <label className="s-row" key={port.name}><span>{_("Dataset for %(name)s", { name: port.label || port.name })}</span>
          <select className="s-field" value={given[port.name] ?? ""} onChange={(event) => setChosen({ ...chosen, [port.name]: event.target.value })}>
            {port.optional ? <option value="">{_("none")}</option> : null}
            {datasets.map((name) => <option key={name}>{name}</option>)}
          </select></label>
      ))}
      <p><button type="button" className="s-button" disabled={isBusy} data-testid="component-try" onClick={() => void run()}>{isBusy ? _("Running…") : _("Run it once")}</button></p>
      <div aria-live="polite">
        {problem ? <p className="note note-error" data-testid="trial-problem">{problem}</p> : null}
        {seen ? <Found seen={seen} /> : null}
      </div>
    </fieldset>
  );
}

async function look(api: Api, id: string, node: string): Promise<Seen> {
  const run = await api.run(id);
  const step = run.steps.find((one) => one.node === node);
  const { lines } = await api.log(id, node, 0);
  const isDone = step?.state === "completed" || step?.state === "reused";
  const outputs = isDone
    ? await Promise.all(step.outputs.map(async ({ port }) => ({ port, output: await api.output(id, node, port, 0, ROWS) }))) : [];
  return { run, node, lines, outputs };
}

function Found({ seen }: { readonly seen: Seen }): JSX.Element {
  const step = seen.run.steps.find((one) => one.node === seen.node);
  const error = step?.error;
  return (
    <>
      <p data-testid="trial-state" data-state={step?.state}>{step ? <StateLabel state={step.state} /> : null} {error ? error.message : step?.reason} {error?.hint}{" "}
        <a href={seen.run.url}>{_("Run %(number)s", { number: seen.run.number })}</a></p>
      {seen.lines.length ? <pre className="code-block" tabIndex={0}>{seen.lines.map((line) => line.text).join("\n")}</pre> : null}
      {seen.outputs.map(({ port, output }) => (output.type === "table" ? (
        <div className="table-wrap" key={port} tabIndex={0}><table className="table table-dense" data-testid={`trial-${port}`}>
          <caption>{port}</caption>
          <thead><tr>{output.schema.columns.map((column) => <th key={column.name} scope="col">{column.name}</th>)}</tr></thead>
          <tbody>{output.rows.map((row, index) => <tr key={index}>{row.map((value, place) => <td key={place}>{value === null ? "" : String(value)}</td>)}</tr>)}</tbody>
        </table></div>
      ) : <p key={port}>{_("%(port)s: files", { port })}</p>))}
    </>
  );
}
