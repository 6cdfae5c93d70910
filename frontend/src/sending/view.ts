/** What is on its way, drawn below the field: each file with how far it is, and what can be done. */
import type { Queue } from "./queue";
import type { Sending, State } from "./sending";
import { _, ngettext } from "@/i18n";

/** An upload of an earlier visit, as the server tells of it. */
export interface Earlier {
  readonly id: string;
  readonly name: string;
  readonly size_bytes: number;
  readonly offset: number;
  readonly state: string;
}

interface Shown {
  readonly queue: Queue;
  readonly earlier: readonly Earlier[];
  /** The form is sent as soon as everything has come. */
  readonly waits: boolean;
  readonly forget: (one: Earlier) => void;
}

const ROWS = 30;

export function draw(place: HTMLElement, shown: Shown): void {
  const focused = document.activeElement instanceof HTMLElement && place.contains(document.activeElement)
    ? document.activeElement.dataset["key"] : undefined;
  place.replaceChildren(...whole(shown), ...rows(shown.queue), ...earlier(shown));
  if (focused) place.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function whole({ queue, waits }: Shown): HTMLElement[] {
  if (queue.files.length === 0) return [];
  const [sent, size] = queue.progress;
  const ready = queue.files.filter((each) => each.state === "ready").length;
  const share = size ? sent / size : 1;
  const words = queue.isWhole
    ? ngettext("%(count)s file has come.", "All %(count)s files have come.", queue.files.length)
    : _("%(share)s% of %(size)s, %(ready)s of %(count)s files.", {
      share: Math.floor(share * 100), size: bytes(size), ready, count: queue.files.length,
    });
  const bar = element("progress", { max: 1, value: share });
  bar.setAttribute("aria-label", _("How much has come"));
  const line = element("div", { className: "row spread" });
  const text = element("span", { textContent: waits && !queue.isWhole ? `${words} ${_("It goes on by itself when everything has come.")}` : words });
  text.setAttribute("role", "status");
  line.append(text);
  if (!queue.isWhole) {
    const halted = queue.isHeld || queue.isStuck;
    line.append(button(halted ? _("Go on") : _("Pause"), "all", () => (halted ? queue.goOn() : void queue.hold())));
  }
  return [bar, line];
}

function rows(queue: Queue): HTMLElement[] {
  if (queue.files.length === 0) return [];
  const order: Record<State, number> = { failed: 0, sending: 1, reading: 2, paused: 3, waiting: 4, ready: 5 };
  const files = [...queue.files].sort((one, other) => order[one.state] - order[other.state]);
  const list = element("ul", { className: "plain sending-files" });
  list.append(...files.slice(0, ROWS).map((each) => row(each, queue)));
  if (files.length > ROWS) {
    list.append(element("li", { className: "muted small", textContent: _("and %(count)s more", { count: files.length - ROWS }) }));
  }
  return [list];
}

function row(sending: Sending, queue: Queue): HTMLElement {
  const item = element("li", { className: "row spread" });
  item.dataset["state"] = sending.state;
  const name = element("span", { className: "mono", textContent: sending.chosen.path });
  const far = element("span", { className: sending.state === "failed" ? "small text-danger" : "muted small", textContent: words(sending) });
  const texts = element("span", { className: "sending-texts" });
  texts.append(name, " ", far);
  item.append(texts, button(_("Take away"), sending.chosen.path, () => void queue.remove(sending), sending.chosen.path));
  return item;
}

function words(sending: Sending): string {
  const share = _("%(share)s% of %(size)s", {
    share: sending.size ? Math.floor((sending.sentBytes / sending.size) * 100) : 100, size: bytes(sending.size),
  });
  const told: Record<State, string> = {
    waiting: _("waits, %(size)s", { size: bytes(sending.size) }),
    sending: sending.resumed ? `${share}, ${_("went on from where it was")}` : share,
    paused: `${_("paused at")} ${share}`,
    reading: _("has come, and is being checked"),
    ready: `${bytes(sending.size)} ✓`,
    failed: sending.problem,
  };
  return told[sending.state];
}

function earlier({ earlier: found, forget }: Shown): HTMLElement[] {
  if (found.length === 0) return [];
  const list = element("ul", { className: "plain sending-files" });
  for (const one of found.slice(0, ROWS)) {
    const item = element("li", { className: "row spread" });
    const share = Math.floor((one.offset / Math.max(one.size_bytes, 1)) * 100);
    const text = element("span", { className: "sending-texts" });
    text.append(
      element("span", { className: "mono", textContent: one.name }), " ",
      element("span", { className: "muted small", textContent: _("%(share)s% of %(size)s", { share, size: bytes(one.size_bytes) }) }),
    );
    item.append(text, button(_("Discard"), one.id, () => forget(one), one.name));
    list.append(item);
  }
  return [
    element("p", { className: "small", textContent: _("Begun earlier. Choose the same files again, and they go on from where they were:") }),
    list,
  ];
}

function button(text: string, key: string, act: () => void, about = ""): HTMLButtonElement {
  const made = element("button", { type: "button", className: "button button-small button-quiet", textContent: text });
  made.dataset["key"] = `${text} ${key}`;
  if (about) made.setAttribute("aria-label", `${text}: ${about}`);
  made.addEventListener("click", act);
  return made;
}

function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, values: Partial<HTMLElementTagNameMap[Tag]>): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), values);
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = size;
  let place = 0;
  while (value >= 1000 && place < units.length - 1) {
    value /= 1000;
    place += 1;
  }
  return `${place && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[place]}`;
}
