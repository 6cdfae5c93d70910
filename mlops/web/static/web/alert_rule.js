// The form of a rule: shows the fields of what is chosen, and what the rule would have raised while one types.
const form = document.querySelector("[data-rule-form]");
const place = form.querySelector("[data-trial-place]");
const metric = form.elements.namedItem("metric");
let waiting = 0;
let asked = 0;

function showFields() {
  const source = new FormData(form).get("source") ?? "event";
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== source;
  const act = form.elements.namedItem("act")?.value ?? "";
  for (const part of form.querySelectorAll("[data-act]")) part.hidden = part.dataset.act !== act;
  const chosen = metric.selectedOptions[0];
  form.querySelector("[data-metric-help]").textContent = chosen?.dataset.help ?? "";
  form.querySelector("[data-unit-help]").textContent = chosen?.dataset.unit ?? "";
  const threshold = form.elements.namedItem("threshold");
  threshold.placeholder = chosen?.dataset.example ?? "";
}

async function tryIt() {
  if (!place) return;
  const mine = ++asked;
  const answer = await fetch(form.dataset.trial, { method: "POST", body: new FormData(form), credentials: "same-origin" })
    .catch(() => null);
  if (answer?.ok && !answer.redirected && mine === asked) place.innerHTML = await answer.text();
}

function changed() {
  showFields();
  clearTimeout(waiting);
  waiting = setTimeout(tryIt, 400);
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
showFields();
tryIt();
