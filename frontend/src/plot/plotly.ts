/** Plots in the colours of the page: plotly comes in a chunk of its own, and everything is drawn again when the theme changes. */
import { styleNonce } from "@/nonce";

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
export type Trace = { readonly [key: string]: Json };

export interface Figure {
  readonly data: readonly Trace[];
  readonly layout?: Trace;
}

export interface Plotly {
  toImage(figure: { data: readonly Trace[]; layout: Trace }, options: Trace): Promise<string>;
  react(element: HTMLElement, data: readonly Trace[], layout: Trace, config: Trace): Promise<unknown>;
  purge(element: HTMLElement): void;
}

let loading: Promise<Plotly> | null = null;

export async function load(): Promise<Plotly> {
  if (!loading) placeStyles();
  loading ??= import("plotly.js-cartesian-dist-min").then((module) => module.default as unknown as Plotly);
  return loading;
}

/** The element that plotly would make for its rules, made by us with the page's nonce. */
function placeStyles(): void {
  const style = document.createElement("style");
  style.id = "plotly.js-style-global";
  style.nonce = styleNonce();
  style.append("");
  document.head.append(style);
}

const drawn = new Map<HTMLElement, Figure>();

export async function draw(element: HTMLElement, figure: Figure): Promise<void> {
  watchTheme();
  drawn.set(element, figure);
  const plotly = await load();
  if (drawn.get(element) !== figure) return;
  await plotly.react(element, figure.data, themed(element, figure.layout ?? {}), CONFIG);
  leadOn(element);
}

interface Clicked {
  readonly points: readonly { readonly customdata?: unknown }[];
}
type Drawn = HTMLElement & { on?: (event: "plotly_click", listener: (clicked: Clicked) => void) => void };
const leading = new WeakSet<HTMLElement>();

/** A click on a point whose customdata is an address goes there. */
function leadOn(element: Drawn): void {
  if (leading.has(element) || !element.on) return;
  leading.add(element);
  element.on("plotly_click", (clicked) => {
    const address = clicked.points.map((point) => point.customdata).find((data) => typeof data === "string" && /^[?/]/.test(data));
    if (typeof address === "string") window.location.assign(address);
  });
}

export function erase(element: HTMLElement): void {
  if (!drawn.delete(element)) return;
  void load().then((plotly) => plotly.purge(element));
}

const CONFIG: Trace = {
  responsive: true, displaylogo: false, displayModeBar: "hover",
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"], toImageButtonOptions: { scale: 2 },
};

/** The page's own colours and fonts; what the figure says itself goes first. */
export function themed(element: HTMLElement, layout: Trace): Trace {
  const style = getComputedStyle(element);
  const value = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const dark = isDark();
  const text = value("--text", dark ? "#e6e9ef" : "#1c2430");
  const muted = value("--text-muted", dark ? "#a3adbd" : "#566074");
  const grid = value("--border", dark ? "#343c4a" : "#dde2ea");
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, tickfont: { color: muted }, automargin: true };
  const given = layout as Readonly<Record<string, Trace | undefined>>;
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
  const themedAxes = Object.fromEntries([...new Set(["xaxis", "yaxis", ...axes])].map((key) => [key, { ...axis, ...given[key] }]));
  const title = given["title"];
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    colorway: dark ? ["#6ea8fe", "#f0b35a", "#56c596", "#e685b5", "#b39cf5", "#7fd3e0"] : ["#2563c9", "#b45f06", "#1a7f4b", "#b03070", "#6b46c1", "#0b7285"],
    margin: { l: 56, r: 16, t: title ? 64 : 24, b: 60 }, hovermode: "closest",
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom", font: { color: muted, size: 11 }, bgcolor: "rgba(0,0,0,0)" },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: muted, activecolor: text },
    ...layout,
    font: { family: value("--font", "system-ui, sans-serif"), size: 12, color: text, ...given["font"] },
    ...(title ? { title: typeof title === "string" ? { text: title, font: { size: 14, color: text }, x: 0.02, y: 0.97, yanchor: "top" } : { font: { size: 14, color: text }, x: 0.02, y: 0.97, yanchor: "top", ...title } } : {}),
    hoverlabel: { font: { family: value("--font", "system-ui, sans-serif") } },
    ...themedAxes,
  };
}

function isDark(): boolean {
  const theme = document.documentElement.dataset["theme"] ?? document.body.dataset["theme"];
  return theme === "dark" || (theme !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
}

let watching = false;

function watchTheme(): void {
  if (watching) return;
  watching = true;
  const again = (): void => {
    for (const [element, figure] of drawn) {
      if (element.isConnected) void draw(element, figure);
      else erase(element);
    }
  };
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}
