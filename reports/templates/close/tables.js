// Tables a reader can sort, filter and page through; every cell is set as text, never as markup.
const PAGE = 50;
const FEW = 10;
const MANY = 5000; // beyond that a table is narrowed by the search above it, not by its own filter
const WORDS = {
  search: "Filter",
  lengthMenu: "_MENU_ rows a page",
  info: "_START_ to _END_ of _TOTAL_",
  infoEmpty: "No rows",
  infoFiltered: "(of _MAX_)",
  emptyTable: "No rows",
  zeroRecords: "No row has these words",
  aria: { orderable: ": sort", orderableReverse: ": sort the other way", orderableRemove: ": back to the first order" },
};
const paged = new Set();

function make(tag, attributes, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.filter((part) => part !== null && part !== undefined));
  return made;
}

function escaped(words) {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// A box that scrolls sideways can be reached by Tab, but only while there is something to scroll.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const box = target.classList.contains("wide") ? target : target.parentElement;
    if (!box) continue;
    if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
});

function scrolling(box, name) {
  box.classList.add("wide");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  widths.observe(box);
  for (const table of box.querySelectorAll("table")) widths.observe(table);
}

function options(height, order) {
  return {
    autoWidth: false,
    deferRender: true,
    order,
    orderClasses: false,
    language: WORDS,
    paging: height > PAGE,
    searching: height > FEW && height <= MANY,
    pageLength: PAGE,
    lengthMenu: [25, PAGE, 100, 250],
    layout: {
      topStart: height > PAGE ? "info" : null,
      topEnd: height > FEW && height <= MANY ? { search: { placeholder: "" } } : null,
      bottomStart: height > PAGE ? "pageLength" : null,
      bottomEnd: height > PAGE ? "paging" : null,
    },
  };
}

function opened(table, settings, name) {
  const made = new DataTable(table, settings);
  const box = table.closest(".dt-layout-table");
  if (box) scrolling(box, name);
  if (settings.paging) paged.add(made);
  return made;
}

// columns: {head, kind, shown(row) -> text, by(row) -> what it sorts by, node(row) -> element}; foot: a text a column.
function listing(into, name, columns, rows, order, foot) {
  const head = make("tr", null, ...columns.map((column) => make("th", { scope: "col", class: column.kind }, column.head)));
  const table = make("table", { class: "figures" }, make("caption", null, name), make("thead", null, head), make("tbody"));
  if (foot) table.append(make("tfoot", null, make("tr", null, ...foot.map((cell, n) => make("td", { class: columns[n].kind }, cell)))));
  into.append(table);
  const defined = columns.map((column) => ({
    data: null,
    className: column.kind,
    type: column.by ? "num" : "string",
    render: (_data, type, row) => {
      if (type === "display") return column.node ? column.node(row) : document.createTextNode(column.shown(row));
      if (type === "filter") return escaped(column.shown(row));
      return column.by ? column.by(row) : column.shown(row).toLowerCase();
    },
  }));
  return opened(table, { ...options(rows.length, order), data: rows, columns: defined }, name);
}

// A report's table that stands in the page: sorted and filtered where it stands, or filled from the data that came along.
async function enhance(table, rest) {
  const box = table.closest(".wide");
  const name = box.getAttribute("aria-label");
  const kinds = [...table.querySelectorAll("thead th")].map((head) => head.dataset.kind);
  const key = table.id.slice(2);
  const cells = rest[key] ? (await inflated(rest[key])).cells : null;
  widths.unobserve(box);
  for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
  box.classList.remove("wide");
  const columns = kinds.map((kind, n) => {
    const isExact = kind === "money" || kind === "number";
    const column = { type: isExact ? "exact" : "string", className: kind };
    if (!cells) return column;
    const render = (_data, type, row) => {
      if (type === "display") return document.createTextNode(cells[n][row]);
      return type === "filter" ? escaped(cells[n][row]) : isExact ? cells[n][row] : cells[n][row].toLowerCase();
    };
    return { ...column, data: null, render };
  });
  const height = cells ? cells[0].length : table.tBodies[0].rows.length;
  const settings = { ...options(height, []), columns };
  if (cells) {
    table.tBodies[0].replaceChildren();
    settings.data = cells[0].map((_cell, row) => row);
    for (const note of document.querySelectorAll(".cut")) if (note.dataset.of === key) note.hidden = true;
  }
  opened(table, settings, name);
}

function enhanceAll(rest) {
  DataTable.ext.type.order["exact-pre"] = rank;
  DataTable.ext.errMode = "throw";
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      enhance(target, rest);
    }
  }, { rootMargin: "300px" });
  for (const table of document.querySelectorAll(".report-table")) near.observe(table);
}

// Paper has no second page to turn to: before printing each table shows all its rows, afterwards a page again.
function printing() {
  window.addEventListener("beforeprint", () => {
    for (const made of paged) if (made.table().node().isConnected) made.page.len(-1).draw(false);
  });
  window.addEventListener("afterprint", () => {
    for (const made of paged) if (made.table().node().isConnected) made.page.len(PAGE).draw(false);
  });
}
