// The form of a schedule: shows the fields of the chosen trigger, and the next fires while one types.
const form = document.querySelector("[data-schedule-form]");
const place = form.querySelector("[data-preview-place]");
const TIMES = ["kind", "expression", "frequency", "interval", "hours", "minutes", "week_days", "month_days", "time_zone",
  "start_at", "end_at", "watched", "folder", "polling_minutes"];
let waiting = 0;
let asked = 0;

function showFields() {
  const kind = new FormData(form).get("kind");
  const frequency = form.elements.namedItem("frequency").value;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind);
  for (const part of form.querySelectorAll("[data-frequency]")) part.hidden = !part.dataset.frequency.split(" ").includes(frequency);
}

async function preview() {
  const mine = ++asked;
  const query = new URLSearchParams([...new FormData(form)].filter(([name]) => TIMES.includes(name)));
  const answer = await fetch(`${form.getAttribute("data-preview")}?${query}`, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected && mine === asked) place.innerHTML = await answer.text();
}

function changed(event) {
  showFields();
  if (!TIMES.includes(event.target.name)) return;
  clearTimeout(waiting);
  waiting = setTimeout(preview, 250);
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
showFields();
