// Behaviour of the components: toasts, dialogs, menus, copying, sending forms once, htmx manners, charts on demand.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  // A sentence in the language of the page (templates/components/words.html).
  const word = (name) => $(`[data-word="${name}"]`, $("#words").content)?.textContent;
  const on = (name, act, capture = false) => document.addEventListener(name, act, capture);

  // --- what the tab remembers goes with its person: at sign-out, and when somebody else signs in ---
  const { person } = document.body.dataset; // empty while nobody is signed in; pages for everybody do not say it
  try {
    if (person !== undefined && person !== sessionStorage.getItem("person")) {
      sessionStorage.clear();
      sessionStorage.setItem("person", person);
    }
  } catch {
    // storage is blocked: nothing is remembered
  }

  // --- toasts: from django.contrib.messages, and from HX-Trigger: {"toast": {"text": …, "kind": "success"}} ---
  const toasts = $("#toasts");

  function raise() {
    // A manual popover lies in the top layer, above an open dialog.
    if (!toasts.showPopover) return;
    toasts.popover = "manual";
    if (toasts.matches(":popover-open")) toasts.hidePopover();
    if (toasts.children.length) toasts.showPopover();
  }

  function dismissLater(note) {
    if (note.matches(".is-danger, .is-warning")) return;
    const stay = $("form", note) ? 30000 : 10000; // time to read, and to undo
    let timer = setTimeout(() => note.remove(), stay);
    const hold = () => clearTimeout(timer);
    const release = () => (timer = setTimeout(() => note.remove(), stay / 3));
    note.addEventListener("pointerenter", hold);
    note.addEventListener("focusin", hold);
    note.addEventListener("pointerleave", release);
    note.addEventListener("focusout", release);
  }

  function toast(text, kind = "info") {
    const source = $(`#toast-template-${kind}`) || $("#toast-template-info");
    const note = source.content.firstElementChild.cloneNode(true);
    $("p", note).textContent = text;
    toasts.append(note);
    raise();
    dismissLater(note);
  }

  on("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
  on("toast", ({ detail }) => toast(detail.text || detail.value || "", detail.kind));
  $$("[data-toast]", toasts).forEach(dismissLater);
  if (toasts.children.length) raise();
  on("htmx:oobAfterSwap", ({ detail }) => {
    if (detail.target !== toasts) return;
    $$("[data-toast]", toasts).forEach(dismissLater);
    raise();
  });

  // --- dialogs ---
  const host = $("#dialog-host");
  const slot = $("#dialog-content");

  function isEdited(dialog) {
    return $$("input, textarea, select", dialog).some((field) =>
      field.type === "checkbox" || field.type === "radio"
        ? field.checked !== field.defaultChecked
        : field.options
          ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0
          : field.type !== "hidden" && field.value !== field.defaultValue,
    );
  }

  on("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      event.preventDefault();
      $(`#${CSS.escape(opener.dataset.dialogOpen)}`)?.showModal();
      return;
    }
    if (event.target.closest("[data-dialog-close]")) {
      event.target.closest("dialog")?.close();
    } else if (event.target.matches("dialog.dialog") && event.detail < 2 && !isEdited(event.target)) {
      event.target.close(); // the backdrop; neither what was typed is thrown away nor what a double click has opened
    }
  });
  on("dialog-close", () => $$("dialog[open]").forEach((dialog) => dialog.close()));
  host.addEventListener("close", () => slot.replaceChildren());

  // --- menus (<details data-menu>) ---
  function closeMenus(except) {
    $$("details[data-menu][open]").forEach((menu) => menu !== except && (menu.open = false));
  }
  on("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
  on("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  });
  on("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  // --- copying: <button data-copy="text"> or <button data-copy-from="#id"> ---
  on("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && $(button.dataset.copyFrom);
    try {
      await navigator.clipboard.writeText(source ? source.value || source.textContent.trim() : button.dataset.copy);
      button.classList.add("is-copied");
      setTimeout(() => button.classList.remove("is-copied"), 1600);
      toast(button.dataset.copied || word("copied"), "success");
    } catch {
      toast(word("not-copied"), "warning");
    }
  });

  // --- printing: <button data-print> ---
  on("click", (event) => event.target.closest("[data-print]") && print());

  // --- pictures that do not load leave the initials, or the drawn cover ---
  const PICTURES = ".face img, .cover img";
  on("error", (event) => event.target.matches?.(PICTURES) && event.target.remove(), true);
  // Some have failed before this script ran.
  $$(PICTURES).forEach((picture) => picture.complete && !picture.naturalWidth && picture.remove());

  // --- why: the reason of a missing number, in a popover that Escape and a click elsewhere close ---
  const reason = $("#why");
  let asked = null;
  on("click", (event) => {
    const button = event.target.closest(".why");
    if (!button) return;
    asked = button;
    reason.textContent = button.ariaLabel;
    if (button.dataset.href) {
      const { href, remedy: textContent } = button.dataset;
      reason.append(Object.assign(document.createElement("a"), { className: "btn btn-sm", href, textContent }));
    }
    place();
  }, true);
  function place() {
    const { left, right, top, bottom } = asked.getBoundingClientRect();
    const isLow = innerHeight - bottom < 160;
    Object.assign(reason.style, {
      left: `${Math.max(8, Math.min((left + right) / 2 - 136, innerWidth - 280))}px`,
      top: isLow ? "auto" : `${bottom + 6}px`,
      bottom: isLow ? `${innerHeight - top + 6}px` : "auto",
    });
  }
  on("scroll", () => asked && place(), true);

  // In a table they are one stop of the Tab key; arrows lead from one to the next.
  function rove(root) {
    const tables = root.closest?.("table") ? [root.closest("table")] : $$("table", root);
    tables.forEach((table) => $$(".why", table).forEach((button, nth) => (button.tabIndex = nth ? -1 : 0)));
  }
  on("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const table = step && event.target.matches(".why") && event.target.closest("table");
    if (!table) return;
    const all = $$(".why", table);
    const next = all[all.indexOf(event.target) + step];
    event.preventDefault();
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  // --- cards beside the content are folded on phones: <details data-fold> ---
  function fold(root) {
    const isNarrow = innerWidth < 900;
    $$("details[data-fold]:not([data-always])", root).forEach((card) => (card.open = !isNarrow));
  }
  on("click", (event) => {
    const head = event.target.closest("details[data-fold] > summary");
    if (head && (innerWidth >= 900 || head.parentElement.matches("[data-always]"))) event.preventDefault();
  });
  addEventListener("resize", () => $$("details[data-fold]").forEach((card) => (card.open ||= innerWidth >= 900)));
  // --- filter chips: arrows lead from one to the next, Delete removes, Space turns the word between two around ---
  on("keydown", (event) => {
    const bar = event.target.closest?.("[data-chips]");
    if (!bar) return;
    const stops = $$(".chip-words, .join, .chip-add", bar);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      stops[stops.indexOf(event.target) + step]?.focus();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.target.closest(".chip")?.querySelector(".off").click();
    } else if (event.key === " ") {
      event.target.click();
    } else return;
    event.preventDefault();
  });

  // --- a form is sent once ---
  function hold(form) {
    form.dataset.sending = "yes";
    form.setAttribute("aria-busy", "true");
  }
  function settle(form) {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  }
  on("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (form.method === "dialog" || form.matches("[hx-get], [hx-post], [data-send-again]")) return;
    hold(form);
    setTimeout(() => settle(form), 10000); // a download or a lost connection leaves the page where it is
  }, true);
  addEventListener("pageshow", () => $$("form[data-sending]").forEach(settle));

  // --- the zone of whoever has chosen none is that of their browser: <select data-own-zone> ---
  function fillZones(root) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    $$("[data-own-zone]", root).forEach((field) => [...field.options].some(({ value }) => value === zone) && (field.value = zone));
  }
  fillZones(document);

  // --- moments in the zone of the browser: <time datetime="…" data-own-time> ---
  const moment = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  function tellTimes(root) {
    $$("[data-own-time]", root).forEach((place) => (place.textContent = moment.format(new Date(place.dateTime))));
  }

  // --- forms that apply themselves: <form data-autosubmit> (filters) ---
  on("change", (event) => event.target.form?.matches("[data-autosubmit]") && event.target.form.requestSubmit());

  // --- fields that a filter leaves empty stay out of the address ---
  on("formdata", ({ target, formData }) => {
    if (target.method !== "get") return;
    for (const name of new Set(formData.keys())) {
      const given = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      given.forEach((value) => formData.append(name, value));
    }
  });

  // --- counters beside limited fields: <input data-count-to="60"> and <span data-count-of="its id"> ---
  const recount = ({ target }) => {
    const place = target.dataset?.countTo && $(`[data-count-of="${CSS.escape(target.id)}"]`);
    if (!place) return;
    const text = target.editor ? target.editor.getDocument().toString().trim() : target.value; // an editor of rich text
    const count = [...text].length, most = Number(target.dataset.countTo);
    place.textContent = `${count.toLocaleString("en")} of ${most.toLocaleString("en")}`;
    place.classList.toggle("is-over", count > most);
  };
  on("input", recount);
  on("trix-change", recount);

  // --- check-all: <input type=checkbox data-check-all="name">; a bar [data-selection="name"] shows the count ---
  on("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox") return;
    const name = box.dataset.checkAll || box.name;
    const boxes = $$(`input[type=checkbox][name="${CSS.escape(name)}"]`);
    if (box.dataset.checkAll) boxes.forEach((one) => (one.checked = box.checked));
    const count = boxes.filter((one) => one.checked).length;
    const all = $(`[data-check-all="${CSS.escape(name)}"]`);
    if (all) {
      all.checked = count > 0 && count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
    $$(`[data-selection="${CSS.escape(name)}"]`).forEach((bar) => {
      bar.hidden = count === 0;
      $$("[data-selection-count]", bar).forEach((place) => (place.textContent = count));
    });
  });

  // --- names of places and languages: the server writes codes, <span data-name-of="region">DE</span> ---
  function spellOut(root) {
    $$("[data-name-of]", root).forEach((place) => {
      const code = place.textContent.trim();
      const kind = place.dataset.nameOf;
      delete place.dataset.nameOf;
      try {
        const name = new Intl.DisplayNames(document.documentElement.lang, { type: kind }).of(code);
        if (name && name !== code) Object.assign(place, { textContent: name, title: code });
      } catch {
        // not a code the browser knows: it stays as it is
      }
    });
  }

  // --- tables that do not fit scroll in their frame (app.css): <div class="table-frame"> ---
  const fitting = new ResizeObserver((frames) => frames.forEach(({ target: frame }) => {
    frame.classList.remove("is-wide");
    const isWide = innerWidth >= 1100 && frame.scrollWidth > frame.clientWidth;
    frame.classList.toggle("is-wide", isWide || "wide" in frame.dataset);
  }));
  const fitTables = (root) => $$(".table-frame:not(.is-short)", root).forEach((frame) => fitting.observe(frame));

  // --- tabs that do not fit: the current one is in sight ---
  $$(".tab-bar [aria-current]").forEach((tab) => {
    const bar = tab.closest("ul");
    bar.scrollLeft += tab.getBoundingClientRect().left - bar.getBoundingClientRect().left - 32;
  });

  // --- htmx ---
  const line = $("#progress-line");
  let running = 0;

  on("htmx:beforeRequest", ({ detail }) => {
    running += 1;
    line.classList.add("is-running");
    detail.target?.setAttribute("aria-busy", "true");
    if (detail.elt.matches("form")) hold(detail.elt);
    if (detail.target === slot && !host.open) {
      slot.replaceChildren($("#dialog-loading").content.cloneNode(true));
      host.showModal();
    }
  });
  on("htmx:afterRequest", ({ detail }) => {
    running = Math.max(0, running - 1);
    line.classList.toggle("is-running", running > 0);
    detail.target?.removeAttribute("aria-busy");
    const form = detail.elt?.closest?.("form");
    if (form) settle(form);
  });

  function signIn() {
    const login = new URL(document.body.dataset.loginUrl, location.href);
    login.searchParams.set("next", location.pathname + location.search);
    location.assign(login);
  }
  on("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const landed = xhr.responseURL && new URL(xhr.responseURL).pathname;
    const asked = event.detail.pathInfo?.requestPath || "";
    const login = document.body.dataset.loginUrl;
    // The session ended: a sign-in page never goes into a fragment.
    if (xhr.status === 401 || (landed?.startsWith(login) && !asked.startsWith(login))) {
      event.detail.shouldSwap = false;
      event.detail.isError = false;
      signIn();
    }
  });

  function failed({ detail }) {
    if (detail.xhr?.status === 401) return;
    toast(word(detail.xhr?.status ?? 0) || word("failed"), "danger");
    if (detail.target === slot && $(".skeleton", slot)) host.close();
  }
  on("htmx:responseError", failed);
  on("htmx:sendError", failed);
  on("htmx:timeout", failed);

  // --- charts: ECharts is loaded when the first chart comes into view ---
  let scripts = null;
  function load(src) {
    return new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }
  function drawCharts(root) {
    const places = $$("[data-chart]", root);
    if (root.matches?.("[data-chart]")) places.push(root);
    places.forEach((place) => inView.observe(place));
  }
  const inView = new IntersectionObserver((seen) => {
    const places = seen.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
    if (!places.length) return;
    places.forEach((place) => inView.unobserve(place));
    scripts ??= places[0].dataset.chartScripts.split(" ").reduce((chain, src) => chain.then(() => load(src)), Promise.resolve());
    scripts.then(() => places.filter((place) => place.isConnected).forEach(window.drawChart), () => {}); // else its sentence and the table stay
  });
  function dress(root) {
    globalThis.nameCells(root);
    fitTables(root);
    rove(root);
    spellOut(root);
    tellTimes(root);
    drawCharts(root);
    fold(root);
  }

  on("arrived", ({ detail: { elt } }) => dress(elt)); // static/js/live.js

  // --- where the reader is: at the first wrong field of a form that came back, at the head of a dialog's new content ---
  function pickUp(root) {
    if (host.contains(document.activeElement) || $("[autofocus]", root)) return;
    const wrong = $(".field-error", root)?.parentElement;
    const place = wrong ? "input:not([type=hidden]), select, textarea" : ".dialog-header h2";
    $(place, wrong || root)?.focus();
  }
  // ... and what a list shows now, for people who do not see it change; other parts that come with it say nothing.
  function tell(root) {
    const rows = $$("tbody tr", root).length;
    const said = rows ? `${rows} row${rows === 1 ? "" : "s"} shown` : $(".state-title", root)?.textContent;
    if (said) $("#list-news").textContent = said;
  }

  dress(document);
  if ($("main .field-error")) pickUp($("main"));
  on("htmx:load", ({ detail: { elt } }) => {
    if (elt === document.body) return;
    dress(elt);
    if (slot.contains(elt)) pickUp(elt);
    else tell(elt);
  });
})();
