// <button data-copy> copies the code beside it; <button data-copy="id"> copies that element's text or secret.
const say = (text) => (window.gettext ? window.gettext(text) : text);

async function copy(button) {
  const named = button.dataset.copy && document.getElementById(button.dataset.copy);
  const place = named || button.parentElement.querySelector("code, pre");
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(place.dataset.secret ?? place.textContent);
    label.textContent = say("Copied");
  } catch {
    const range = document.createRange();
    range.selectNodeContents(place);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    label.textContent = say("Press Ctrl+C");
  }
  setTimeout(() => { label.textContent = before; }, 1800);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  if (button) void copy(button);
});
