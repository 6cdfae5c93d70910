/** Entry: shows what steps found on every `[data-view]`, which holds an evaluation or a finding as JSON. */
import { createRoot } from "react-dom/client";
import type { Evaluation, Finding } from "@/api/types";
import { EvaluationView } from "@/drawer/EvaluationView";
import { FindingView } from "@/drawer/findings/FindingView";
import "@/styles/all.css";

interface View {
  readonly evaluation?: Evaluation;
  readonly finding?: Finding;
}

const begun = new WeakSet<HTMLElement>();

function scan(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-view]")) {
    if (begun.has(element)) continue;
    begun.add(element);
    element.classList.add("studio-root", "is-island");
    const view = JSON.parse(element.dataset["view"] ?? "{}") as View;
    createRoot(element).render(
      <>
        {view.evaluation ? <EvaluationView evaluation={view.evaluation} /> : null}
        {view.finding ? <FindingView finding={view.finding} /> : null}
      </>,
    );
  }
}

scan(document);
for (const name of ["htmx:afterSettle", "mlops:content"]) {
  document.addEventListener(name, (event) => scan(event.target instanceof HTMLElement ? event.target : document));
}
