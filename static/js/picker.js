// Choosing of many, choices or links: words find them, arrows lead from one to the next, Enter takes the only one that is found.
(() => {
  const bare = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const picker = (target) => target.closest?.("[data-picker]");
  const choices = (root) => [...root.querySelectorAll("[data-picker-list] li:not([hidden]) :is(input, a)")];

  function say(root) {
    const chosen = root.querySelectorAll("[data-picker-list] input:checked").length;
    const found = choices(root).length;
    const words = root.querySelector("[type=search]")?.value.trim();
    const news = words ? [found ? `${found} found` : "Nothing is called so"] : [];
    if (chosen) news.push(`${chosen} chosen`);
    root.querySelector("[data-picker-news]").textContent = news.join(" · ");
  }

  document.addEventListener("input", ({ target }) => {
    const root = target.type === "search" && picker(target);
    if (!root) return;
    const words = bare(target.value).split(/\s+/);
    root.querySelectorAll("[data-picker-list] li").forEach((line) => {
      const label = ` ${bare(line.textContent)}`;
      line.hidden = !words.every((word) => label.includes(word));
    });
    say(root);
  });
  document.addEventListener("change", ({ target }) => target.type === "checkbox" && picker(target) && say(picker(target)));

  document.addEventListener("keydown", (event) => {
    const root = picker(event.target);
    if (!root) return;
    const all = choices(root);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = all[all.indexOf(event.target) + step] || (step < 0 && root.querySelector("[type=search]"));
      next?.focus();
    } else if (event.key === "Enter" && event.target.type === "search" && event.target.value.trim()) {
      if (all.length !== 1) all[0]?.focus();
      else all[0].click();
    } else return;
    event.preventDefault();
  });
})();
