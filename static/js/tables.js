// Tables on phones: rows stack (app.css), and each cell says its column. `data-at-once`: of a page without ui.js.
(() => {
  function nameCells(root) {
    const tables = root.closest?.("table") ? [root.closest("table")] : [...root.querySelectorAll(".table-frame:not(.is-short) > table")];
    tables.filter((table) => !table.matches(".rows-phone")).forEach((table) => {
      const names = [...table.querySelectorAll("thead th")].map((head) => (head.querySelector(".visually-hidden, input") ? "" : head.textContent.trim()));
      const below = {}; // rows that a cell above still takes of a column
      table.querySelectorAll("tbody tr").forEach((row) => {
        let column = 0;
        [...row.cells].forEach((cell) => {
          for (; below[column]; column += 1) below[column] -= 1;
          below[column] = cell.rowSpan - 1;
          const isEmpty = cell.tagName === "TH" || !(cell.childElementCount || cell.textContent.trim());
          if (!isEmpty) cell.dataset.label = cell.colSpan > 1 ? "" : names[column] || "";
          column += cell.colSpan;
        });
      });
      table.classList.add("stacks");
    });
  }
  globalThis.nameCells = nameCells;
  if ("atOnce" in document.currentScript.dataset) nameCells(document);
})();
