// Behaviour of the frame: theme choice, menus, dialogs, and forms that are not sent twice.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

function showTheme() {
  for (const button of all("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === window.themeWish()));
  }
}

function closeMenus(except) {
  for (const menu of all("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target?.closest("details.menu"));
  const theme = target?.closest("[data-set-theme]");
  if (theme) { window.setTheme(theme.dataset.setTheme); showTheme(); }
  const opener = target?.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
  const closer = target?.closest("[data-close-dialog]");
  if (closer) closer.closest("dialog")?.close();
  const reveal = target?.closest("[data-reveal]");
  if (reveal) showSecret(reveal);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary")?.focus();
});

// <button data-reveal="id-of-code">: the element keeps the secret in data-secret and shows dots until asked.
function showSecret(button) {
  const place = document.getElementById(button.dataset.reveal);
  if (!place) return;
  const hidden = place.dataset.shown !== "yes";
  place.dataset.dots ??= place.textContent;
  place.textContent = hidden ? place.dataset.secret : place.dataset.dots;
  place.dataset.shown = hidden ? "yes" : "no";
  button.setAttribute("aria-pressed", String(hidden));
}

// A form with data-autosubmit is sent when a choice in it changes; one with data-confirm asks first.
document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-autosubmit]") : null;
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (form.method.toLowerCase() !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent === "yes") { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button) setTimeout(() => { button.setAttribute("aria-busy", "true"); }, 0);
});

// Back from the browser's cache: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("[aria-busy=true]")) button.removeAttribute("aria-busy");
});

// <div class="drop"> around a file input: a dropped file is put into the input.
for (const drop of all(".drop")) {
  const input = drop.querySelector("input[type=file]");
  const named = drop.querySelector("[data-file-name]");
  if (!input) continue;
  const tell = () => { if (named && input.files.length) named.textContent = [...input.files].map((f) => f.name).join(", "); };
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", tell);
}

// What scrolls must be reachable by keyboard, so that the arrow keys can scroll it.
function reachScrolling() {
  for (const region of all(".table-wrap, .code pre, .log")) {
    const scrolls = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
    if (scrolls && !region.hasAttribute("tabindex")) region.tabIndex = 0;
  }
}

addEventListener("resize", reachScrolling);
addEventListener("toggle", reachScrolling, true);
reachScrolling();
showTheme();
