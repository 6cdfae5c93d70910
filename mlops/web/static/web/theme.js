// Sets the theme before the first paint: what the person chose, else what the system asks for.
(() => {
  const root = document.documentElement;
  let wish = null;
  try { wish = localStorage.getItem("theme"); } catch { /* storage is closed: the system decides */ }
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { root.dataset.theme = wish ?? (system.matches ? "dark" : "light"); };
  apply();
  system.addEventListener("change", apply);
  window.setTheme = (name) => {
    wish = name === "light" || name === "dark" ? name : null;
    try { if (wish) localStorage.setItem("theme", wish); else localStorage.removeItem("theme"); } catch { /* for this page only */ }
    apply();
  };
  window.themeWish = () => wish ?? "system";
})();
