// From an address to what it shows; focus, what is said aloud, and the keys.
const level = document.getElementById("level");
const field = document.getElementById("words");
const WAIT = 180;
let shownAt = null;

function lineAt(month, invoice, number) {
  const word = month.texts.invoice_no.words.indexOf(invoice);
  return word < 0 ? -1 : month.texts.invoice_no.rows.findIndex((place, line) => place === word && String(month.line_no[line]) === number);
}

function numberAt(month, number) {
  const found = [...month.places.values()].filter((where) => where.kind === "number" && where.key[1] === number);
  return found.find((where) => where.lines) || found[0];
}

function parts(address) {
  try {
    return address.slice(2).split("/").map(decodeURIComponent);
  } catch {
    return ["unknown"];
  }
}

function fill(month, address, into) {
  const [kind, first, second] = parts(address);
  if (kind === "search") return showFound(month, first || "", into);
  if (kind === "line") {
    const line = lineAt(month, first, second);
    if (line >= 0) return showLine(month, line, into);
  }
  const where = month.places.get(address) || month.places.get("#/" + parts(address).map(encodeURIComponent).join("/"));
  const found = where || (kind === "number" && !second ? numberAt(month, first) : null);
  if (found) return showPlace(month, found, into);
  into.append(crumbs(month.places.get("#/"), "Not found"), make("h3", { id: "level-title", tabindex: "-1" }, "Nothing of this month has that address"));
  into.append(make("p", null, "The link may be of another month. ", make("a", { href: "#/" }, "Go to the state")));
  return "Nothing of this month has that address";
}

function show(month, address, from, isTyped) {
  for (const made of paged) if (level.contains(made.table().node())) paged.delete(made);
  level.replaceChildren();
  const heard = fill(month, address, level);
  shownAt = address;
  level.dataset.shown = address;
  document.getElementById("heard").textContent = heard;
  if (isTyped) return;
  const back = from && [...level.querySelectorAll("table a.go")].find((link) => link.getAttribute("href") === from);
  if (back) {
    back.focus();
    return;
  }
  arrive();
}

function arrive() {
  document.getElementById("level-title").focus({ preventScroll: true });
  document.getElementById("explore").scrollIntoView();
}

function follow(month) {
  const address = location.hash;
  if (!address.startsWith("#/")) return;
  field.value = address.startsWith("#/search/") ? parts(address)[1] || "" : "";
  if (address === shownAt) arrive();
  else show(month, address, shownAt, false);
}

// While typing, the results replace one another at one address, so that Back leaves the search at once.
function finding(month) {
  let waiting = 0;
  const look = (isDone) => {
    clearTimeout(waiting);
    const query = field.value.trim();
    if (!isDone && query.length === 1) return;
    const address = query ? "#/search/" + encodeURIComponent(query) : "#/";
    if (address !== location.hash) {
      const isSearching = location.hash.startsWith("#/search/");
      history[isSearching ? "replaceState" : "pushState"](null, "", address);
      show(month, address, null, true);
    }
    if (isDone) arrive();
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, WAIT, false);
  });
  document.getElementById("find").addEventListener("submit", (event) => {
    event.preventDefault();
    look(true);
  });
  document.getElementById("find").hidden = false;
}

function moving(month) {
  level.addEventListener("keydown", (event) => {
    const link = event.target.closest("a.go");
    if (!link || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = [...link.closest("table, dl").querySelectorAll("a.go")];
    const at = links.indexOf(link);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to !== undefined) links[Math.max(0, Math.min(to, links.length - 1))].focus();
    else if (event.key === "ArrowRight") location.hash = link.getAttribute("href");
    else if (event.key === "ArrowLeft") {
      const up = level.querySelector(".crumbs li:nth-last-child(2) a");
      if (up) location.hash = up.getAttribute("href");
    } else return;
    event.preventDefault();
  });
}

function prove(month) {
  const cell = document.getElementById("added");
  const sum = month.places.get("#/").amount;
  const isEqual = sum === month.total;
  cell.textContent = dollars(sum) + (isEqual ? " \u2713" : " \u2717");
  if (!isEqual) document.getElementById("answers").prepend(make("p", { role: "alert" }, "The lines in this file do not come to its total: the file is damaged."));
}

async function start() {
  for (const box of document.querySelectorAll(".wide")) scrolling(box, box.getAttribute("aria-label"));
  enhanceAll(embedded("rest-data"));
  printing();
  const month = await readMonth();
  prove(month);
  const address = location.hash;
  document.getElementById("still").hidden = true;
  level.hidden = false;
  if (address.startsWith("#/")) follow(month);
  else show(month, "#/", null, true);
  finding(month);
  moving(month);
  window.addEventListener("hashchange", () => follow(month));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#/"]');
    if (link && link.getAttribute("href") === location.hash) follow(month);
  });
  performance.mark("ready");
  document.documentElement.dataset.ready = "yes";
}

function failed() {
  const words = "This browser cannot unpack the lines, so the way down to a line is closed. The rest of the page is whole; a newer browser shows all of it.";
  document.getElementById("still").prepend(make("p", { class: "note", role: "status" }, words));
  document.documentElement.dataset.ready = "no";
}

setTimeout(() => start().catch((error) => {
  failed();
  console.error(error);
}), 0);
