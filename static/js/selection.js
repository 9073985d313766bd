// The selection of a list: boxes [data-pick] in its rows, kept while pages of the list come and go, and the bar that acts on it.
// Shift with a click, or with the key X (keys.js), selects the rows up to it; on phones a tap on the face selects.
(() => {
  const bar = document.querySelector("[data-selection-bar]");
  if (!bar) return;
  const $ = (selector, root = document) => root.querySelector(selector);
  const everybody = [...bar.querySelectorAll("[data-pick-everybody]")];
  const boxes = () => [...document.querySelectorAll("[data-pick]")];
  const picked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  let isEverybody = false;
  let last = null;
  let matching = asked();

  // Search and filters of the address: what "all that match" means.
  function asked() {
    const query = new URLSearchParams(location.search);
    ["cursor", "sort", "segment"].forEach((name) => query.delete(name));
    return query.toString();
  }

  function show() {
    const here = boxes();
    here.forEach((box) => (box.checked = isEverybody || picked.has(box.value)));
    const all = $("[data-pick-all]");
    if (all) {
      const checked = here.filter((box) => box.checked).length;
      all.checked = checked > 0 && checked === here.length;
      all.indeterminate = checked > 0 && checked < here.length;
    }
    const total = $("#total strong")?.textContent || "";
    const news = isEverybody ? `All ${total} selected` : `${picked.size.toLocaleString("en")} selected`;
    const place = $("[data-picked]", bar);
    if (place.textContent !== news) place.textContent = news;
    bar.hidden = !isEverybody && picked.size === 0;
    everybody.forEach((button) => {
      button.hidden = isEverybody;
      button.textContent = total ? `Select all ${total}` : "Select all that match";
    });
  }

  function pick(box, isPicked) {
    if (isEverybody) {
      picked.clear();
      boxes().forEach((each) => picked.add(each.value));
      isEverybody = false;
    }
    if (isPicked) picked.add(box.value);
    else picked.delete(box.value);
  }

  function pickUpTo(box, isPicked, isRange) {
    const here = boxes();
    const from = isRange && last ? here.findIndex((each) => each.value === last) : -1;
    const to = here.indexOf(box);
    const range = from < 0 ? [box] : here.slice(Math.min(from, to), Math.max(from, to) + 1);
    range.forEach((each) => pick(each, isPicked));
    last = box.value;
    show();
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-pick]");
    if (box) pickUpTo(box, box.checked, event.shiftKey);
    const face = event.target.closest("#influencers tbody .face");
    const own = face && matchMedia("(max-width: 640px)").matches && $("[data-pick]", face.closest("tr"));
    if (own) {
      event.preventDefault();
      pickUpTo(own, !own.checked, false);
    }
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-pick-all]")) return;
    const isPicked = target.checked;
    boxes().forEach((box) => pick(box, isPicked));
    show();
  });

  everybody.forEach((button) =>
    button.addEventListener("click", () => {
      isEverybody = true;
      show();
    }),
  );
  $("[data-pick-none]", bar).addEventListener("click", () => {
    isEverybody = false;
    picked.clear();
    show();
    $("[data-pick-all]")?.focus();
  });
  bar.addEventListener("formdata", ({ formData }) => {
    formData.set("query", location.search);
    formData.set(isEverybody ? "all" : "ids", isEverybody ? "yes" : [...picked].join(","));
  });

  // The rows that came with another page, order or filter; and the count, which comes after the list.
  document.addEventListener("htmx:load", () => {
    if (matching !== asked()) isEverybody = false;
    matching = asked();
    show();
  });
  show();
})();
