// Charts of metrics over the course of runs: fetched when they come into sight and again when more is told, smoothed
// and laid along steps or time here. What is wanted is remembered in this browser.
const say = (text) => (window.gettext ? window.gettext(text) : text);
const REMEMBERED = "mlops.series";

/** An exponential mean whose beginning is not drawn towards zero; gaps stay gaps. */
export function smoothed(values, weight) {
  if (!weight) return values;
  let mean = 0;
  let count = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = mean * weight + value * (1 - weight);
    count += 1;
    return mean / (1 - weight ** count);
  });
}

/** Where the points of a course lie on the axis that is wanted. */
export function places(course, axis) {
  if (axis === "step") return course.position;
  if (axis === "time") return course.at.map((seconds) => new Date(seconds * 1000).toISOString());
  const start = course.at.length ? Math.min(...course.at) : 0;
  return course.at.map((seconds) => seconds - start);
}

export function figure(series, wanted) {
  const isOneRun = new Set(series.map((one) => one.run)).size < 2;
  const data = [];
  series.forEach((one, index) => {
    const name = isOneRun ? (one.node && series.length > 1 ? one.node : one.key) : `#${one.number} ${one.name}${one.node && one.node !== "job" ? ` · ${one.node}` : ""}`;
    const x = places(one, wanted.axis);
    const color = { color: COLORS[index % COLORS.length] };
    const isShort = one.value.length < 60;
    if (wanted.smooth) data.push({ x, y: one.value, type: "scatter", mode: "lines", line: { ...color, width: 1 }, opacity: 0.25, hoverinfo: "skip", showlegend: false });
    data.push({ x, y: smoothed(one.value, wanted.smooth), name, type: "scatter", mode: isShort ? "lines+markers" : "lines", line: { ...color, width: 2 }, marker: color, hovertemplate: `%{x}: <b>%{y:.5g}</b><extra>${escaped(name)}</extra>` });
  });
  const titles = { step: say("step"), relative: say("seconds since the start"), time: "" };
  return {
    data,
    layout: {
      height: 280, showlegend: series.length > 1, margin: { l: 56, r: 12, t: series.length > 1 ? 40 : 12, b: 44 },
      xaxis: { title: { text: titles[wanted.axis] }, ...(wanted.axis === "time" ? { type: "date" } : {}) },
      yaxis: wanted.log ? { type: "log" } : {},
    },
  };
}

const COLORS = ["#4c86e8", "#d5822a", "#2f9e64", "#c2559a", "#8268d6", "#2a94a5", "#b0503c", "#7a8a2e", "#5b6b82", "#d1a116"];
const escaped = (text) => String(text).replace(/[<>&]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[sign]);

function start(place) {
  const part = (name) => place.querySelector(`[data-series-${name}]`);
  const [find, smooth, axis, log, charts, none, told] = ["find", "smooth", "axis", "log", "charts", "none", "smooth-told"].map(part);
  const cards = new Map();
  const got = new Map();
  let wanted = { smooth: 0, axis: "step", log: false, ...remembered() };
  smooth.value = String(wanted.smooth);
  axis.value = wanted.axis;
  log.checked = wanted.log;
  told.textContent = String(wanted.smooth);

  const inSight = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      entry.target.dataset.seen = String(entry.isIntersecting);
      if (entry.isIntersecting && !got.has(entry.target.dataset.key)) void load(entry.target);
    }
  }, { rootMargin: "300px" });

  function keys() {
    const told = document.querySelector("[data-series-keys]")?.dataset.seriesKeys ?? "[]";
    return JSON.parse(told);
  }

  function lay() {
    for (const { key, count } of keys()) {
      const known = cards.get(key);
      if (known) {
        if (known.dataset.count !== String(count)) {
          known.dataset.count = String(count);
          if (known.dataset.seen === "true") void load(known);
          else got.delete(key);
        }
        continue;
      }
      const card = document.createElement("section");
      card.className = "card chart";
      card.dataset.key = key;
      card.dataset.count = String(count);
      const title = document.createElement("h3");
      title.textContent = key;
      const head = document.createElement("div");
      head.className = "card-header";
      head.append(title);
      const plot = document.createElement("div");
      plot.className = "plot";
      plot.style.minHeight = "280px";
      plot.setAttribute("role", "group");
      plot.setAttribute("aria-label", `${key}, ${say("drawn")}`);
      card.append(head, plot);
      charts.append(card);
      cards.set(key, card);
      inSight.observe(card);
    }
    choose();
  }

  async function load(card) {
    const key = card.dataset.key;
    got.set(key, null);
    const query = new URLSearchParams({ key, most: "1000" });
    for (const run of place.dataset.runs.split(",")) query.append("run", run);
    const answer = await fetch(`/api/v1/runs/series/?${query}`, { credentials: "same-origin", headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) {
      got.delete(key);
      card.querySelector(".plot").textContent = say("This chart could not be loaded. Load the page again.");
      return;
    }
    got.set(key, (await answer.json()).series);
    draw(card);
  }

  function draw(card) {
    const series = got.get(card.dataset.key);
    if (!series) return;
    const plot = card.querySelector(".plot");
    plot.dataset.plot = JSON.stringify(figure(series, wanted));
    plot.dispatchEvent(new CustomEvent("mlops:content", { bubbles: true, detail: "drawn" }));
  }

  function choose() {
    const text = find.value.trim().toLowerCase();
    let shown = 0;
    for (const [key, card] of cards) {
      card.hidden = !key.toLowerCase().includes(text);
      if (!card.hidden) shown += 1;
    }
    none.hidden = shown > 0 || cards.size === 0;
  }

  function change() {
    wanted = { smooth: Number(smooth.value), axis: axis.value, log: log.checked };
    told.textContent = smooth.value;
    try { localStorage.setItem(REMEMBERED, JSON.stringify(wanted)); } catch { /* not remembered then */ }
    for (const card of cards.values()) draw(card);
  }

  find.addEventListener("input", choose);
  for (const control of [smooth, axis, log]) control.addEventListener("input", change);
  document.addEventListener("mlops:content", (event) => { if (event.detail !== "drawn") lay(); });
  lay();
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
  } catch {
    return {};
  }
}

for (const place of document.querySelectorAll("[data-series]")) start(place);
