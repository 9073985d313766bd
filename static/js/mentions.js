// Members offered while somebody writes `@`: <textarea data-mentions="id of a JSON list of names">.
(() => {
  const box = document.createElement("ul");
  Object.assign(box, { id: "mentions-offered", className: "offers", role: "listbox", ariaLabel: "Members", hidden: true });
  let field = null, start = -1, chosen = 0;

  function names() {
    const source = document.getElementById(field.dataset.mentions);
    return source ? JSON.parse(source.textContent) : [];
  }
  function close() {
    box.hidden = true;
    start = -1;
    field?.removeAttribute("aria-activedescendant");
    field?.setAttribute("aria-expanded", "false");
  }
  function mark() {
    [...box.children].forEach((option, nth) => option.setAttribute("aria-selected", String(nth === chosen)));
    field.setAttribute("aria-activedescendant", box.children[chosen].id);
  }
  function offer() {
    const before = field.value.slice(0, field.selectionStart);
    const typed = /(?:^|\s)@([^@\n]{0,60})$/.exec(before);
    const wanted = typed?.[1].toLocaleLowerCase();
    const fitting = typed ? names().filter((name) => name.toLocaleLowerCase().split(/\s+/).some((_, nth, words) => words.slice(nth).join(" ").startsWith(wanted))) : [];
    if (!fitting.length) return close();
    start = before.length - typed[1].length;
    chosen = 0;
    box.replaceChildren(...fitting.slice(0, 6).map((name, nth) =>
      Object.assign(document.createElement("li"), { id: `mention-${nth}`, role: "option", textContent: name, dir: "auto" })));
    field.after(box);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": box.id, "aria-autocomplete": "list", "aria-expanded": "true" })) field.setAttribute(name, value);
    box.hidden = false;
    mark();
  }
  function take() {
    const name = box.children[chosen].textContent;
    field.setRangeText(`${name} `, start, field.selectionStart, "end");
    close();
    field.focus();
  }

  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-mentions]")) return;
    field = target;
    offer();
  });
  document.addEventListener("keydown", (event) => {
    if (box.hidden || event.target !== field) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) chosen = (chosen + step + box.children.length) % box.children.length;
    else if (event.key === "Enter" || event.key === "Tab") take();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (step) mark();
  }, true);
  box.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    if (!option) return;
    event.preventDefault();
    chosen = [...box.children].indexOf(option);
    take();
  });
  document.addEventListener("focusout", ({ target }) => target === field && close());
})();
