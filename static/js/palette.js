// The palette: Ctrl K or ⌘ K anywhere; arrows move, Enter opens, with Ctrl or ⌘ in a new tab.
(() => {
  const palette = document.getElementById("palette");
  const input = palette.querySelector("input");
  const results = document.getElementById("palette-results");
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  if (isMac) {
    document.querySelector("[data-palette-keys]").textContent = "⌘ K";
    palette.querySelector("[data-palette-tab]").textContent = "⌘ ↵";
  }

  const rows = () => [...results.querySelectorAll("[role=option]")];
  const chosen = () => results.querySelector("[aria-selected=true]");

  function choose(row) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!row) return input.removeAttribute("aria-activedescendant");
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", row.id);
  }

  function open() {
    if (!palette.open) palette.showModal();
    input.focus();
    input.select();
    if (!results.children.length) htmx.trigger(input, "palette-open");
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette-open]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  // What opens another dialog takes the place of this one.
  palette.addEventListener("click", (event) => event.target.closest("[data-dialog-open]") && palette.close());
  input.addEventListener("keydown", (event) => {
    const all = rows();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(chosen().href, "_blank", "noopener");
      else chosen().click();
    }
  });
  results.addEventListener("htmx:afterSwap", () => choose(rows()[0]));
})();
