"use strict";
// Comforts only: everything can be read without this script.

const cellOf = (row, column) => row.cells[column];
const valueOf = (cell) => {
  const text = cell.dataset.v ?? cell.textContent.trim();
  const number = Number(text);
  return text !== "" && Number.isFinite(number) ? number : text === "None" ? null : text;
};

function compare(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}

function sortBy(table, column, head) {
  const descending = head.getAttribute("aria-sort") === "ascending";
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((x, y) => compare(valueOf(cellOf(x, column)), valueOf(cellOf(y, column))));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  body.append(...(descending ? rows.reverse() : rows));
}

function makeSortable(table) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(table, column, head));
    head.append(button);
  });
}

function addFilter(table) {
  const rows = [...table.tBodies[0].rows];
  const names = [...new Set(rows.map((row) => row.cells[0].textContent))];
  if (names.length < 2) return;
  const label = document.createElement("label");
  label.className = "filter";
  label.textContent = table.dataset.filter + ": ";
  const select = document.createElement("select");
  for (const name of ["all", ...names]) select.add(new Option(name));
  select.addEventListener("change", () => {
    rows.forEach((row) => (row.hidden = select.selectedIndex > 0 && row.cells[0].textContent !== select.value));
  });
  label.append(select);
  table.parentElement.before(label);
}

function makeZoomable(frame) {
  const toggle = () => frame.setAttribute("aria-pressed", String(frame.classList.toggle("whole")));
  frame.tabIndex = 0;
  frame.setAttribute("role", "button");
  frame.setAttribute("aria-pressed", "false");
  frame.setAttribute("aria-label", "Show in full size: " + frame.firstElementChild.alt);
  frame.addEventListener("click", toggle);
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      toggle();
    }
  });
}

document.querySelectorAll("table[data-sortable]").forEach(makeSortable);
document.querySelectorAll("table[data-filter]").forEach(addFilter);
document.querySelectorAll(".frame").forEach(makeZoomable);

const firstFigure = document.querySelector("figure");
if (firstFigure) {
  const hint = document.createElement("p");
  hint.className = "hint zoom-hint";
  hint.textContent = "Tap any figure to see it in full size, tap again to go back.";
  firstFigure.after(hint);
}

let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((details) => (details.open = true));
});
addEventListener("afterprint", () => closed.forEach((details) => (details.open = false)));

function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
