// The shares of an endpoint's traffic: one slider moves, those that are not kept follow, and the sum stays 100.
const say = (text) => (window.gettext ? window.gettext(text) : text);
const round = (value) => Math.round(value * 100) / 100;

function start(form) {
  const shares = [...form.querySelectorAll("[data-share]")].map((box) => ({
    name: box.dataset.share,
    now: Number(box.dataset.now),
    range: box.querySelector("[data-range]"),
    number: box.querySelector("[data-number]"),
    lock: box.querySelector("[data-lock]"),
    mirror: box.querySelector("[data-mirror]"),
  }));
  const value = (one) => Number(one.number.value) || 0;
  const put = (one, percent) => { one.number.value = String(round(percent)); one.range.value = one.number.value; };

  function move(moved, wanted) {
    const others = shares.filter((one) => one !== moved && !one.lock.checked);
    const kept = shares.filter((one) => one !== moved && one.lock.checked).reduce((sum, one) => sum + value(one), 0);
    const most = Math.max(100 - kept, 0);
    const mine = others.length ? Math.min(Math.max(wanted, 0), most) : most;
    const rest = most - mine;
    const before = others.reduce((sum, one) => sum + value(one), 0);
    put(moved, mine);
    for (const one of others) put(one, before ? (value(one) * rest) / before : rest / others.length);
    const error = round(100 - shares.reduce((sum, one) => sum + value(one), 0));
    const last = others.find((one) => value(one) > 0) ?? moved;
    if (error) put(last, value(last) + error);
    show();
  }

  function show() {
    const bar = form.querySelector("[data-bar]");
    bar.replaceChildren(...shares.filter((one) => value(one) > 0).map((one) => {
      const part = document.createElement("span");
      part.style.flexGrow = String(value(one));
      part.dataset.place = String(shares.indexOf(one) % 6);
      part.textContent = value(one) >= 12 ? `${one.name} ${round(value(one))} %` : "";
      return part;
    }));
    form.querySelector("[data-preview]").textContent = told();
  }

  function told() {
    const sum = round(shares.reduce((total, one) => total + value(one), 0));
    if (sum !== 100 && sum !== 0) return `${say("The shares add up to")} ${sum}.`;
    const parts = shares.filter((one) => value(one) > 0).map((one) => `${round(value(one))} ${say("by")} ${one.name}`);
    const copies = shares.filter((one) => Number(one.mirror.value) > 0).map((one) => `${one.mirror.value} ${say("copied to")} ${one.name}`);
    const moved = round(shares.reduce((total, one) => total + Math.max(value(one) - one.now, 0), 0));
    const answered = parts.length ? `${say("Of 100 requests are answered:")} ${[...parts, ...copies].join(", ")}.` : say("No request is answered but those that name a deployment.");
    return moved ? `${answered} ${moved} ${say("of 100 change their deployment.")}` : answered;
  }

  for (const one of shares) {
    one.range.hidden = false;
    one.lock.closest("[data-lock-label]").hidden = shares.length < 3;
    one.range.addEventListener("input", () => move(one, Number(one.range.value)));
    one.number.addEventListener("change", () => move(one, Number(one.number.value)));
    one.mirror.addEventListener("input", show);
    one.lock.addEventListener("change", () => { one.range.disabled = one.number.readOnly = one.lock.checked; });
  }
  form.addEventListener("reset", () => setTimeout(() => {
    for (const one of shares) { one.range.disabled = one.number.readOnly = false; put(one, one.now); }
    show();
  }));
  show();
}

function startAll(part) {
  for (const form of part.querySelectorAll("[data-traffic]")) start(form);
}

startAll(document);
document.addEventListener("mlops:content", (event) => startAll(event.target));
