/** What is wrong in the drawing, as the server sees it; a click leads to the place. */
import { type JSX, useState } from "react";
import type { Problem } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { isBlocking } from "@/designer/state";
import { titleOf } from "@/graph/catalogue";
import { Icon } from "@/ui/Icon";
import { _, ngettext } from "@/i18n";

export function Problems(): JSX.Element {
  const problems = useShown((state) => state.problems);
  const [isOpen, setOpen] = useState(false);
  const errors = problems.filter(isBlocking).length;
  const kind = errors ? "error" : problems.length ? "warning" : "none";
  const text = problems.length === 0 ? _("No problems") : ngettext("%(count)s problem", "%(count)s problems", problems.length);
  return (
    <div className={`problems is-${kind}`} data-testid="problems" data-count={problems.length} data-errors={errors}>
      <button type="button" className="problems-bar" aria-expanded={isOpen} disabled={problems.length === 0} onClick={() => setOpen(!isOpen)}>
        <Icon name={problems.length ? "alert" : "check"} size={14} /> <span role="status">{text}</span>
        {problems.length ? <Icon name="chevron" size={12} /> : null}
      </button>
      {isOpen && problems.length ? <div className="problems-list scrolls"><ProblemList problems={problems} /></div> : null}
    </div>
  );
}

export function ProblemList({ problems, onGo }: { readonly problems: readonly Problem[]; readonly onGo?: () => void }): JSX.Element {
  const designer = useDesigner();
  const nameOf = (problem: Problem): string => {
    const node = designer.document.nodes[problem.where?.node ?? ""];
    return node ? titleOf(designer.catalogue, node) : "";
  };
  return (
    <ul className="problem-list">
      {problems.map((problem, index) => {
        const { node, parameter } = problem.where ?? {};
        return (
          <li key={index} className={`is-${isBlocking(problem) ? "error" : "warning"}`}>
            {node && designer.document.nodes[node] ? (
              <button type="button" className="link" onClick={() => { onGo?.(); designer.focus(node, parameter ?? ""); }}>{nameOf(problem)}</button>
            ) : null}
            <span>{problem.message}</span>
            {problem.hint ? <span className="s-hint">{problem.hint}</span> : null}
            {isBlocking(problem) ? null : <small>({_("warning")})</small>}
          </li>
        );
      })}
    </ul>
  );
}
