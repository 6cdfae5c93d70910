// Proposals while somebody types: <input data-complete="address">. Arrow keys choose, Enter or Tab takes, Escape closes.
// The address answers {start, end, proposals: [{insert, label, detail, href}]}; one with `href` is a page to go to.
const WAIT = 120;
let counter = 0;

class Combo {
  constructor(input) {
    this.input = input;
    this.found = { start: 0, end: 0, proposals: [] };
    this.at = -1;
    this.list = document.createElement("ul");
    this.list.id = `proposals-${counter++}`;
    this.list.className = "proposals";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? input.getAttribute("aria-label") ?? "");
    this.list.hidden = true;
    input.after(this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) input.setAttribute(name, value);
    input.addEventListener("input", () => this.later());
    input.addEventListener("focus", () => { if (input.dataset.onFocus !== "no") this.later(); });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), WAIT);
  }

  async ask() {
    const text = this.input.value;
    const at = this.input.selectionStart ?? text.length;
    this.asked?.abort();
    this.asked = new AbortController();
    const address = new URL(this.input.dataset.complete, location.href);
    address.searchParams.set("text", text);
    address.searchParams.set("at", String([...text.slice(0, at)].length));
    try {
      const answer = await fetch(address, { signal: this.asked.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return this.close();
      this.found = await answer.json();
      if (document.activeElement === this.input) this.show();
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show() {
    this.at = -1;
    this.list.replaceChildren(...this.found.proposals.map((one, place) => this.option(one, place)));
    this.list.hidden = this.found.proposals.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
  }

  option(one, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.textContent = one.label;
    const detail = document.createElement("span");
    detail.className = "muted";
    detail.textContent = one.detail;
    option.append(label, detail);
    option.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(place); });
    return option;
  }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) { event.preventDefault(); event.stopPropagation(); return this.close(); }
    if (event.key === "ArrowDown" && this.list.hidden) { event.preventDefault(); return void this.ask(); }
    if (this.list.hidden) return;
    const count = this.found.proposals.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.choose((this.at + step + count + (this.at < 0 && step < 0 ? 1 : 0)) % count);
    } else if ((event.key === "Enter" || event.key === "Tab") && this.at >= 0) {
      event.preventDefault();
      this.take(this.at);
    }
  }

  choose(place) {
    this.at = place;
    [...this.list.children].forEach((option, at) => { option.setAttribute("aria-selected", String(at === place)); });
    const chosen = this.list.children[place];
    chosen.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", chosen.id);
  }

  take(place) {
    const one = this.found.proposals[place];
    if (one.href) { location.assign(one.href); return; }
    const signs = [...this.input.value];
    const before = signs.slice(0, this.found.start).join("");
    const after = signs.slice(this.found.end).join("").replace(/^\s+/, "");
    this.input.value = before + one.insert + after;
    const caret = (before + one.insert).length;
    this.input.setSelectionRange(caret, caret);
    this.close();
    this.later();
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const input of document.querySelectorAll("input[data-complete]")) new Combo(input);

// Ctrl+K (or /) goes to the search above all pages.
document.addEventListener("keydown", (event) => {
  const box = document.getElementById("nav-search");
  // The canvas has keys of its own, these among them.
  if (!box || box.offsetParent === null || event.defaultPrevented || event.altKey || document.getElementById("designer")) return;
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable='true']");
  const wanted = ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") || (event.key === "/" && !typing);
  if (!wanted) return;
  event.preventDefault();
  box.focus();
  box.select();
});
