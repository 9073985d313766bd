// Parts of a page that bring themselves up to date while something is under way: <div id="…" data-live="version">.
// `data-live-eager`: a person does nothing but wait for it. `data-live-beside="id"`: what says the same elsewhere on the page, such as
// its buttons in the heading, and comes with that part.
// The server answers 204 to who has seen this version; else the page, of which only what differs takes its place here.
// Loaded before ui.js: it keeps each part as the server sent it, so that what scripts have added is left alone.
(() => {
  const SHORTEST = 2000, LONGEST = 20000, GROWTH = 1.3;
  const WHOLE = "figure.chart, svg, form, .person, .notice, dialog";
  const sent = new WeakMap();
  const parser = new DOMParser();
  let pause = SHORTEST;
  let timer = 0;

  const KEPT = "[data-live], [data-live-beside]";
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const beside = (part) => [...document.querySelectorAll(`[data-live-beside="${part.id}"]`)];
  const keep = (root) =>
    [...root.querySelectorAll(KEPT), ...(root.matches?.(KEPT) ? [root] : [])]
      .forEach((part) => sent.has(part) || sent.set(part, part.cloneNode(true)));

  // --- what differs takes its place ---
  function patch(here, old, fresh, arrived) {
    if (old.isEqualNode(fresh)) return;
    const isSame = here.nodeType === 1 && here.tagName === fresh.tagName && here.id === fresh.id;
    if (!isSame || here.matches(WHOLE) || here.childNodes.length !== old.childNodes.length) {
      const node = document.importNode(fresh, true);
      here.replaceWith(node);
      arrived.push(node);
      return;
    }
    for (const { name } of [...old.attributes, ...fresh.attributes]) {
      if (old.getAttribute(name) === fresh.getAttribute(name)) continue;
      if (fresh.hasAttribute(name)) here.setAttribute(name, fresh.getAttribute(name));
      else here.removeAttribute(name);
    }
    patchChildren(here, [...here.childNodes], [...old.childNodes], [...fresh.childNodes], arrived);
  }
  function patchChildren(parent, here, old, fresh, arrived) {
    while (old.length && fresh.length && old[0].isEqualNode(fresh[0])) [here, old, fresh].forEach((list) => list.shift());
    let next = null;
    while (old.length && fresh.length && old.at(-1).isEqualNode(fresh.at(-1))) {
      next = here.pop();
      old.pop();
      fresh.pop();
    }
    if (old.length === fresh.length) {
      here.forEach((node, nth) => patch(node, old[nth], fresh[nth], arrived));
      return;
    }
    here.forEach((node) => node.remove());
    for (const node of fresh.map((each) => document.importNode(each, true))) {
      parent.insertBefore(node, next);
      arrived.push(node);
    }
  }

  // --- whoever reads, types or listens is not disturbed ---
  const fields = "input:not([type=hidden]), textarea, select";
  const isEdited = (field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  const isBusy = (part) =>
    window.isPressing() ||
    document.querySelector("#why:popover-open") ||
    part.querySelector("details[data-menu][open], form[data-sending]") ||
    [...part.querySelectorAll(fields)].some((field) => field.matches("select") ? field === document.activeElement : isEdited(field));

  const name = (element) =>
    [element.tagName, element.id, element.getAttribute("href"), element.ariaLabel, element.textContent.trim()].join("\n");
  function holdFocus(part) {
    const focused = document.activeElement;
    if (!part.contains(focused)) return () => {};
    const wanted = name(focused);
    return () => {
      if (part.contains(document.activeElement)) return;
      [...part.querySelectorAll(focused.tagName)].find((each) => name(each) === wanted)?.focus({ preventScroll: true });
    };
  }

  const words = (element) => element?.textContent.replace(/\s+/g, " ").trim() || "";
  function states(part) {
    const of = (badge) => words(badge.closest("tr")?.querySelector(".person-note, th"));
    return [
      ...[...part.querySelectorAll(".badge-label")].map((each) => [of(each), words(each)].filter(Boolean).join(": ")),
      ...[...part.querySelectorAll(".stat")].map((each) => `${words(each.querySelector(".stat-label"))}: ${words(each.querySelector(".stat-value"))}`),
      ...[...part.querySelectorAll(".notice p")].map(words),
    ];
  }

  // --- the session ended: what is shown and typed stays, and a sentence says why there is no more news ---
  const isSignedOut = (answer) =>
    answer.status === 401 || (answer.redirected && new URL(answer.url).pathname.startsWith(document.body.dataset.loginUrl));
  function endAll() {
    parts().forEach((part) => delete part.dataset.live);
    const text = document.getElementById("words").content.querySelector('[data-word="signed-out"]').textContent;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "warning" } }));
    return false;
  }

  // --- asking ---
  async function refresh(part) {
    const answer = await fetch(part.dataset.liveFrom || location.href, { headers: { "X-Seen": part.dataset.live } });
    const next = answer.headers.get("HX-Redirect");
    if (next) location.assign(next); // what was followed has ended
    if (next || answer.status === 204 || answer.status >= 500 || !part.isConnected) return false;
    if (isSignedOut(answer)) return endAll();
    const page = parser.parseFromString(answer.ok && !answer.redirected ? await answer.text() : "", "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) {
      delete part.dataset.live; // gone: what is shown stays
      return false;
    }
    if ([part, ...beside(part)].some(isBusy)) return false;
    for (const each of [part, ...beside(part)]) {
      const news = page.getElementById(each.id);
      if (news) show(each, news);
    }
    page.querySelectorAll("#toasts [data-toast]").forEach((note) => {
      const kind = /\bis-(\w+)/.exec(note.className)?.[1];
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: words(note.querySelector("p")), kind } }));
    });
    return true;
  }
  function show(part, fresh) {
    const arrived = [], before = new Set(states(part)), giveFocusBack = holdFocus(part);
    patch(part, sent.get(part) || part, fresh, arrived);
    const now = document.getElementById(part.id);
    sent.set(now, fresh);
    arrived.filter((node) => node.nodeType === 1 && node.isConnected).forEach((elt) => {
      window.htmx?.process(elt);
      document.dispatchEvent(new CustomEvent("arrived", { detail: { elt } }));
    });
    giveFocusBack();
    const news = states(now).filter((state) => !before.has(state)).slice(0, 3);
    if (news.length) document.getElementById("list-news").textContent = news.join(". ");
  }

  async function turn() {
    let isNew = false;
    for (const part of document.hidden ? [] : parts()) {
      if (part.dataset.live) isNew = (await refresh(part).catch(() => false)) || isNew; // no connection: later
    }
    const isWaitedFor = document.querySelector("[data-live-eager]");
    pause = isNew || isWaitedFor ? SHORTEST : Math.min(pause * GROWTH, LONGEST);
    wait();
  }
  function wait() {
    clearTimeout(timer);
    if (parts().length && !document.hidden) timer = setTimeout(turn, pause);
  }
  function begin() {
    pause = SHORTEST;
    wait();
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ((pause = SHORTEST), turn())));
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    keep(elt);
    begin();
  });
  keep(document);
  begin();
})();
