// <input data-follow="id"> ticked: the part of that id is fetched anew every two seconds, and stays at its end.
const SECONDS = 2;

async function follow(box) {
  const part = document.getElementById(box.dataset.follow);
  if (!box.checked || document.hidden || !part) return;
  const answer = await fetch(part.dataset.src, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const log = part.querySelector(".log");
  const place = log?.scrollTop ?? 0;
  const isAtEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const html = await answer.text();
  if (part.dataset.shown === html) return;
  part.dataset.shown = html;
  part.innerHTML = html;
  const fresh = part.querySelector(".log");
  if (fresh) fresh.scrollTop = isAtEnd ? fresh.scrollHeight : place;
}

for (const box of document.querySelectorAll("[data-follow]")) {
  const log = document.getElementById(box.dataset.follow)?.querySelector(".log");
  if (log) log.scrollTop = log.scrollHeight;
  setInterval(() => void follow(box), SECONDS * 1000);
}
