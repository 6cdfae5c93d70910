/** Entry: draws every `[data-plot]` (a figure as JSON) and `[data-plot-src]` (where the figure is fetched) when it comes into sight. */
import { draw, type Figure } from "@/plot/plotly";
import { _ } from "@/i18n";

const begun = new WeakSet<HTMLElement>();

const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    inSight.unobserve(entry.target);
    void show(entry.target as HTMLElement);
  }
}, { rootMargin: "200px" });

function scan(root: ParentNode): void {
  const found = [...root.querySelectorAll<HTMLElement>("[data-plot], [data-plot-src]")];
  if (root instanceof HTMLElement && root.matches("[data-plot], [data-plot-src]")) found.push(root);
  for (const element of found) {
    if (begun.has(element)) continue;
    begun.add(element);
    inSight.observe(element);
  }
}

async function show(element: HTMLElement): Promise<void> {
  try {
    await draw(element, await figureOf(element));
  } catch (error) {
    element.textContent = _("This plot could not be drawn: %(reason)s", { reason: error instanceof Error ? error.message : String(error) });
  }
}

async function figureOf(element: HTMLElement): Promise<Figure> {
  const given = element.dataset["plot"];
  if (given) return JSON.parse(given) as Figure;
  const answer = await fetch(element.dataset["plotSrc"] ?? "", { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(_("The server answered %(status)s.", { status: answer.status }));
  return (await answer.json()) as Figure;
}

scan(document);
for (const name of ["htmx:afterSettle", "mlops:content"]) {
  document.addEventListener(name, (event) => scan(event.target instanceof HTMLElement ? event.target : document));
}
