// Keys of lists and pages, all in one place: J and K move over rows, X selects one, Shift X all up to it, / searches, ? shows all.
// Enter opens, for a row is met at its link. A button that has a key bears it: aria-keyshortcuts="E".
// None acts while something is typed, behind a dialog, or where the reader has turned them off.
(() => {
  const sheet = document.getElementById("keys");
  const choice = sheet.querySelector("[data-keys-on]");
  const OFF = "keys-off";
  try {
    choice.defaultChecked = choice.checked = !localStorage.getItem(OFF);
  } catch {
    // storage is blocked: they are on
  }
  choice.addEventListener("change", () => {
    choice.defaultChecked = choice.checked; // a choice is kept at once: the sheet may be closed by its backdrop
    try {
      if (choice.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    } catch {
      // for this page alone
    }
  });

  const boxOf = (row) => row.querySelector("input[type=checkbox]");
  const stopOf = (row) => row.querySelector("th a[href]") || row.querySelector("a[href]") || boxOf(row);
  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.offsetParent && stopOf(row));
  const current = () => document.activeElement.closest("main tbody tr");

  function move(step) {
    const all = rows();
    const next = all[all.indexOf(current()) + step];
    if (!next) return;
    stopOf(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function select(isRange) {
    const box = current() && boxOf(current());
    box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: isRange }));
  }

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    x: (event) => select(event.shiftKey),
    "/": () => document.querySelector("main [role=search] input[type=search]")?.select(),
    "?": () => sheet.showModal(),
  };

  function own(key) {
    const button = document.querySelector(`main [aria-keyshortcuts="${CSS.escape(key.toUpperCase())}"]:not([hidden])`);
    return button && (() => button.getAttribute("aria-disabled") || button.click());
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && key.length === 1;
    const isTyping = target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (!isPlain || !choice.checked || isTyping || document.querySelector("dialog[open]")) return;
    const act = own(key) || acts[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
})();
