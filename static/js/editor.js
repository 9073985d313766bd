// Rich text: puts an editor over each text area of .rich-field once it comes into view. Words typed before that stay as they are.
(() => {
  const boxes = [...document.querySelectorAll("[data-rich-src]")];
  if (!boxes.length) return;
  let script;

  function load(src) {
    script ||= new Promise((resolve, reject) => {
      const tag = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
      document.head.append(tag);
    });
    return script;
  }

  function put(box) {
    const area = box.querySelector("textarea"), stored = box.querySelector("[data-rich-html]");
    if (area.value !== area.defaultValue) return;
    const { id } = area, hadFocus = document.activeElement === area;
    const bar = Object.assign(document.createElement("trix-toolbar"), { id: `${id}_buttons` });
    bar.append(box.querySelector("template").content.cloneNode(true));
    const editor = document.createElement("trix-editor");
    stored.id = `${id}_html`;
    for (const name of ["aria-describedby", "aria-invalid", "data-count-to"]) {
      if (area.hasAttribute(name)) editor.setAttribute(name, area.getAttribute(name));
    }
    editor.setAttribute("input", stored.id);
    editor.setAttribute("toolbar", bar.id);
    editor.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(id)}"]`).firstChild.textContent.trim());
    editor.className = `${area.className} rich`;
    editor.dir = "auto";
    editor.id = id;
    const press = () => requestAnimationFrame(() => bar.querySelectorAll("[data-trix-attribute]").forEach((button) => {
      button.setAttribute("aria-pressed", button.classList.contains("trix-active"));
    }));
    editor.addEventListener("trix-attributes-change", press);
    editor.addEventListener("trix-file-accept", (event) => event.preventDefault());
    area.replaceWith(bar, editor);
    if (hadFocus) editor.focus();
  }

  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      load(target.dataset.richSrc).then(() => {
        Trix.config.blockAttributes.heading1.tagName = "h3"; // the page has its own larger headings
        put(target);
      }, () => {}); // without the editor, the plain field works
    }
  }, { rootMargin: "200px" });
  boxes.forEach((box) => seen.observe(box));
})();
