/** Entry: keeps parts of a page fresh. `data-live-kind` and `data-live-ref` say what a part is about; its HTML is fetched
 * again from `data-live-src` when a notice matches, every `data-live-every` seconds where it says so, or every two
 * seconds while the socket is lost. A part with the kind `none` follows its clock alone. */
import { Notices } from "@/api/notices";
import type { Notice } from "@/api/types";

const DEBOUNCE_MS = 200;
const waiting = new Map<HTMLElement, number>();
const texts = new WeakMap<HTMLElement, string>();

const parts = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-live-src]")];

/** A part about a run also follows its steps; without a kind or a ref, everything matches. */
export function isAbout(notice: Notice | null, kinds: string, ref: string): boolean {
  if (notice === null) return true;
  const wanted = kinds.split(/[\s,]+/).filter(Boolean);
  const kindFits = wanted.length === 0 || wanted.includes(notice.kind) || wanted.includes("*")
    || (wanted.includes("run") && notice.kind === "step");
  return kindFits && (ref === "" || notice.ref === ref || notice.ref.startsWith(`${ref}/`));
}

function onNotice(notice: Notice | null, of: (part: HTMLElement) => boolean): void {
  for (const part of parts().filter(of)) {
    if (isAbout(notice, part.dataset["liveKind"] ?? "", part.dataset["liveRef"] ?? "")) soon(part);
  }
}

function soon(part: HTMLElement): void {
  if (waiting.has(part)) return;
  waiting.set(part, window.setTimeout(() => {
    waiting.delete(part);
    void refresh(part);
  }, DEBOUNCE_MS));
}

async function refresh(part: HTMLElement): Promise<void> {
  if (!part.isConnected) return;
  if (isBusy(part)) return soon(part);
  const answer = await fetch(part.dataset["liveSrc"] ?? "", {
    credentials: "same-origin", headers: { Accept: "text/html", "X-Requested-With": "live" },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const html = await answer.text();
  if (html === texts.get(part) || isBusy(part)) return;
  texts.set(part, html);
  replace(part, html);
}

/** Someone types or chooses in it: it is left alone until they are done. */
function isBusy(part: HTMLElement): boolean {
  const active = document.activeElement;
  return (active instanceof HTMLElement && part.contains(active) && active.matches("input, select, textarea"))
    || part.querySelector("dialog[open], details[data-keep][open]") !== null;
}

function replace(part: HTMLElement, html: string): void {
  const focused = part.contains(document.activeElement) ? document.activeElement?.id : "";
  const open = [...part.querySelectorAll<HTMLDetailsElement>("details[id][open]")].map((each) => each.id);
  const charts = new Map([...part.querySelectorAll<HTMLElement>("[data-chart]")].map((each) => [each.id, each]));
  part.innerHTML = html;
  keepCharts(part, charts);
  for (const id of open) part.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (focused) part.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus();
  (window as unknown as { htmx?: { process: (element: HTMLElement) => void } }).htmx?.process(part);
  part.dispatchEvent(new CustomEvent("mlops:content", { bubbles: true }));
}

/** What is drawn stays and gets its new numbers: it is not drawn from nothing, nor does the page jump. */
function keepCharts(part: HTMLElement, before: ReadonlyMap<string, HTMLElement>): void {
  for (const fresh of part.querySelectorAll<HTMLElement>("[data-chart]")) {
    const kept = before.get(fresh.id);
    if (!kept) continue;
    kept.dataset["plot"] = fresh.dataset["plot"] ?? "";
    fresh.replaceWith(kept);
  }
}

function byTheClock(part: HTMLElement): void {
  const seconds = Number(part.dataset["liveEvery"] ?? "");
  if (!(seconds > 0)) return;
  window.setInterval(() => {
    if (document.visibilityState === "visible") soon(part);
  }, seconds * 1000);
}

function start(): void {
  const found = parts();
  if (found.length === 0) return;
  found.forEach(byTheClock);
  const named = found.map((part) => part.dataset["liveProject"] ?? "").filter(Boolean);
  const here = named[0] ?? document.querySelector<HTMLElement>("[data-project]")?.dataset["project"] ?? "";
  for (const project of new Set([here, ...named])) {
    follow(project, (part) => (part.dataset["liveProject"] || here) === project);
  }
}

/** A page about what another project shares follows that project beside the one that its frame shows. */
function follow(project: string, of: (part: HTMLElement) => boolean): void {
  let isFirst = true;
  const notices = new Notices(project);
  notices.watch((state) => {
    for (const part of parts().filter(of)) part.dataset["liveState"] = state;
  });
  notices.listen((notice) => {
    // What the page was rendered with is fresh enough for the first connection.
    if (notice === null && isFirst) isFirst = false;
    else onNotice(notice, of);
  });
}

start();
