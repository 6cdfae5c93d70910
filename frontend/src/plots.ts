/** Entry: draws every `[data-plot]` (a figure as JSON) and `[data-plot-src]` (where the figure is fetched) when it comes into sight.
 *
 * A point that carries an address leads there; `[data-chart-png]` downloads the picture of the plot that it names. */
import { draw, type Figure } from "@/plot/plotly";
import { download } from "@/plot/picture";
import { _ } from "@/i18n";

const begun = new WeakMap<HTMLElement, string>();

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
    const given = element.dataset["plot"] ?? "";
    if (begun.get(element) === given) continue;
    begun.set(element, given);
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

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-chart-png]") : null;
  const plot = button && document.getElementById(button.dataset["chartPng"] ?? "");
  if (plot) void download(plot, JSON.parse(plot.dataset["plot"] ?? "{}") as Figure, button.dataset["file"] ?? "chart.png");
});

scan(document);
for (const name of ["htmx:afterSettle", "mlops:content"]) {
  document.addEventListener(name, (event) => scan(event.target instanceof HTMLElement ? event.target : document));
}
