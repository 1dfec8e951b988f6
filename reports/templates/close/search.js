// Find lines by words: each must stand in the number, the agency, the rate code, the description or the invoice.
const SEARCHED = ["billing_number", "agency_code", "rate_code", "description", "invoice_no"];

function said(month, name, word) {
  const given = month.texts[name].words[word];
  if (name === "agency_code") return given + " " + month.agencies.get(given).name + " " + month.agencies.get(given).cabinet;
  if (name === "rate_code") return given + " " + month.rate_names[word];
  if (name === "billing_number") return given + " " + (month.numbers.get(given) || "");
  return given;
}

function prepared(month) {
  if (!month.searched) {
    month.searched = SEARCHED.map((name) => ({
      rows: month.texts[name].rows,
      words: month.texts[name].words.map((_given, word) => said(month, name, word).toLowerCase()),
    }));
  }
  return month.searched;
}

// A telephone number may be written with or without its signs.
function asWritten(word) {
  const digits = word.replace(/[-().+]/g, "");
  return /^\d{7,}$/.test(digits) ? digits : word;
}

function search(month, query) {
  const columns = prepared(month);
  let found = Array.from({ length: month.line_count }, (_none, line) => line);
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean).map(asWritten)) {
    const hits = columns.map((column) => Uint8Array.from(column.words, (said) => (said.includes(word) ? 1 : 0)));
    found = found.filter((line) => columns.some((column, n) => column.rows[line] !== null && hits[n][column.rows[line]]));
  }
  return found;
}

function showFound(month, query, into) {
  const found = search(month, query);
  const [amount] = lineSums(month, found);
  const state = month.places.get("#/");
  into.append(crumbs(state, "Search"), make("h3", { id: "level-title", tabindex: "-1" }, "Lines with \u201c" + query + "\u201d"));
  const words = counted(found.length, "line") + ", $" + amount;
  into.append(make("p", { class: "about" }, found.length ? words + "; of them, " + counted(found.filter((line) => month.amount[line] === null).length, "line") + " of last month no longer billed" : "No line has all of these words."));
  if (found.length) listing(into, "Lines found", lineColumns(month, false), found, [[4, "desc"]], ["Total", "", "", "", ...lineSums(month, found)]);
  return "Search: " + words;
}
