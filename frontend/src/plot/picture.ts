/** A plot as a picture: with its title, in the page's colours, on the page's ground, at a size for documents. */
import { load, themed, type Figure } from "@/plot/plotly";

const WIDTH = 1200;
const HEIGHT = 600;

export async function download(element: HTMLElement, figure: Figure, name: string): Promise<void> {
  const plotly = await load();
  const ground = getComputedStyle(element).getPropertyValue("--surface").trim() || "#ffffff";
  const title = element.closest("section")?.querySelector("h2")?.textContent?.trim() ?? "";
  const layout = { ...themed(element, { ...figure.layout, ...(title ? { title } : {}) }), paper_bgcolor: ground, plot_bgcolor: ground };
  const height = Number(figure.layout?.["height"] ?? HEIGHT);
  const address = await plotly.toImage({ data: figure.data, layout }, { format: "png", width: WIDTH, height: Math.max(height, HEIGHT), scale: 2 });
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
