// Runs in <head>, before the first paint: the chosen appearance, else the system's.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("appearance");
    } catch {
      return null; // storage is blocked: follow the system
    }
  };
  const apply = () => {
    root.dataset.bsTheme = chosen() || (system.matches ? "dark" : "light");
    document.dispatchEvent(new CustomEvent("appearance"));
  };
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    try {
      localStorage.setItem("appearance", root.dataset.bsTheme === "dark" ? "light" : "dark");
    } catch {
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      return;
    }
    apply();
  });
})();
