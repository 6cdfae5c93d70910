// A log that is shown at its end stays there when more lines come, and stays where it is when somebody has scrolled.
let isAtEnd = true;

function follow() {
  const log = document.querySelector(".log");
  if (!log) return;
  if (isAtEnd) log.scrollTop = log.scrollHeight;
  log.addEventListener("scroll", () => {
    isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  }, { passive: true });
}

document.addEventListener("mlops:content", follow);
follow();
