// One level at a time: the state, a cabinet, an agency, a billing number, a line; each at its own address.
const BELOW = { state: "Cabinet", cabinet: "Agency", agency: "Billing number", number: "Line" };
const KINDS = { state: "State", cabinet: "Cabinet", agency: "Agency", number: "Billing number" };

function go(address, words) {
  return make("a", { href: address, class: "go" }, words);
}

function titleOf(where) {
  const code = where.key[where.key.length - 1];
  return where.kind === "agency" || where.kind === "number" ? code + (where.name ? " " + where.name : "") : where.name;
}

function crumbs(where, last) {
  const chain = [];
  for (let at = where; at; at = at.above) chain.unshift(at);
  const items = chain.map((at) => make("li", null, at === where && !last ? make("span", { "aria-current": "page" }, titleOf(at)) : make("a", { href: at.address }, titleOf(at))));
  if (last) items.push(make("li", null, make("span", { "aria-current": "page" }, last)));
  return make("nav", { class: "crumbs", "aria-label": "Where you are" }, make("ol", null, ...items));
}

function hero(month, amount, before, more) {
  const parts = [["Billed in " + month.month, "$" + dollars(amount), more]];
  if (month.month_before) {
    parts.push(["In " + month.month_before, "$" + dollars(before), ""]);
    parts.push(["Change", signed(amount - before), percent(amount - before, before)]);
  }
  for (const part of parts) part[1] = part[1].replace("$" + MINUS, MINUS + "$");
  return make("dl", { class: "hero" }, ...parts.map(([name, figure, words]) =>
    make("div", null, make("dt", null, name), make("dd", null, figure), words ? make("dd", { class: "more" }, words) : null)));
}

function money(head, of) {
  return { head, kind: "money", by: of, shown: (row) => dollars(of(row)) };
}

function moved(of) {
  return { head: "Change", kind: "money", by: of, shown: (row) => signed(of(row)) };
}

function summed(month) {
  const last = month.month_before ? [money("Last month", (row) => row.before), moved((row) => row.amount - row.before)] : [];
  return [money("Amount", (row) => row.amount), ...last];
}

function sums(month, rows) {
  const amount = rows.reduce((sum, row) => sum + row.amount, 0);
  const before = rows.reduce((sum, row) => sum + row.before, 0);
  return [dollars(amount), ...(month.month_before ? [dollars(before), signed(amount - before)] : [])];
}

function below(month, where, into) {
  const isCoded = where.kind === "cabinet" || where.kind === "agency";
  const code = (row) => row.key[row.key.length - 1];
  const named = { head: isCoded ? "Name" : BELOW[where.kind], kind: "words", shown: (row) => row.name, node: isCoded ? null : (row) => go(row.address, row.name) };
  const coded = { head: BELOW[where.kind], kind: "text", shown: code, node: (row) => go(row.address, code(row)) };
  const many = { head: "Lines", kind: "number", by: (row) => row.lines, shown: (row) => grouped(String(row.lines)) };
  const columns = [...(isCoded ? [coded] : []), named, ...summed(month), many];
  const foot = ["Total", ...(isCoded ? [""] : []), ...sums(month, where.below), grouped(String(where.lines))];
  listing(into, (where.kind === "state" ? "The state\u2019s bill" : titleOf(where)) + ", by " + BELOW[where.kind].toLowerCase(), columns, where.below, [[isCoded ? 2 : 1, "desc"]], foot);
}

function streams(month, where, into) {
  const found = new Map();
  for (const line of rowsOf(where)) {
    const name = text(month, "stream", line);
    if (!found.has(name)) found.set(name, { name, amount: 0, before: 0, lines: 0, gone: 0 });
    count(found.get(name), month.amount[line], month.before[line]);
  }
  const rows = [...found.values()];
  const columns = [
    { head: "Stream", kind: "text", shown: (row) => worded(row.name) },
    ...summed(month),
    { head: "Lines", kind: "number", by: (row) => row.lines, shown: (row) => grouped(String(row.lines)) },
  ];
  into.append(make("h4", null, "By stream"));
  listing(into, "Streams of " + titleOf(where), columns, rows, [[1, "desc"]], ["Total", ...sums(month, rows), grouped(String(where.lines))]);
}

function lineColumns(month, isWide) {
  const of = (name) => (line) => text(month, name, line) || "";
  const number = (name, least) => ({ kind: "number", by: (line) => rank(of(name)(line)), shown: (line) => decimal(text(month, name, line), least) });
  const link = (line) => go(lineAddress(month, line), of("description")(line) || "(no description)");
  const described = { head: "Description", kind: "words", shown: of("description"), node: (line) => (month.amount[line] === null ? make("span", null, link(line), make("small", null, "no longer billed")) : link(line)) };
  const coded = { head: "Rate code", kind: "text", shown: of("rate_code") };
  const amounts = [
    { head: "Amount", kind: "money", by: (line) => month.amount[line] || 0, shown: (line) => dollars(month.amount[line]) },
    ...(month.month_before ? [
      { head: "Last month", kind: "money", by: (line) => month.before[line] || 0, shown: (line) => dollars(month.before[line]) },
      moved((line) => change(month, line)),
    ] : []),
  ];
  if (!isWide) {
    const agency = (line) => of("agency_code")(line) + " " + month.agencies.get(of("agency_code")(line)).name;
    return [described, { head: "Billing number", kind: "text", shown: of("billing_number") }, { head: "Agency", kind: "words", shown: agency }, coded, ...amounts];
  }
  return [
    described, coded,
    { head: "From", kind: "day", shown: of("service_from") }, { head: "To", kind: "day", shown: of("service_to") },
    { head: "Quantity", ...number("quantity", 0) }, { head: "Unit", kind: "text", shown: (line) => of("uom")(line).replaceAll("_", " ") },
    { head: "Unit rate", ...number("unit_rate", 2) }, ...amounts,
  ];
}

function lineSums(month, lines) {
  return sums(month, lines.map((line) => ({ amount: month.amount[line] || 0, before: month.before[line] || 0 })));
}

function linesOf(month, where, into) {
  const foot = ["Total", "", "", "", "", "", "", ...lineSums(month, where.rows)];
  listing(into, "Lines of " + titleOf(where), lineColumns(month, true), where.rows, [[7, "desc"]], foot);
}

function showPlace(month, where, into) {
  const gone = where.gone ? "; " + counted(where.gone, "line") + " of last month no longer billed" : "";
  const title = titleOf(where);
  into.append(crumbs(where, null), make("h3", { id: "level-title", tabindex: "-1" }, title));
  into.append(hero(month, where.amount, where.before, counted(where.lines, "line") + gone));
  into.append(make("p", { class: "note" }, "In the table, the arrow keys move from row to row; right opens a row, left goes up a level."));
  if (where.kind === "number") linesOf(month, where, into);
  else below(month, where, into);
  if (where.lines + where.gone > 1) streams(month, where, into);
  const inside = where.kind === "number" ? "" : ", " + counted(where.below.length, BELOW[where.kind].toLowerCase(), { Agency: "agencies" }[BELOW[where.kind]]);
  return KINDS[where.kind] + " " + title + ": $" + dollars(where.amount) + inside;
}

function records(month, line) {
  const many = month.records.counts[line] || 0;
  const start = month.starts[line];
  const found = [];
  for (let n = start; n < start + many; n += 1) {
    found.push(make("li", null, make("code", null, month.records.files.words[month.records.files.rows[n]] + ":" + month.records.lines[n])));
  }
  return found;
}

function facts(month, line, where) {
  const of = (name) => text(month, name, line);
  const isGone = month.amount[line] === null;
  const base = month.base[line];
  const found = records(month, line);
  const days = of("service_from") === of("service_to") ? of("service_from") : of("service_from") + " to " + of("service_to");
  const unit = (of("uom") || "").replaceAll("_", " ");
  return [
    ["Amount", isGone ? "Not on this month\u2019s bill" : "$" + dollars(month.amount[line]), "strong"],
    ["Arithmetic", of("rule")],
    ["Before rounding", of("exact") && decimal(of("exact"), 2)],
    ["Quantity", decimal(of("quantity"), 0) + " " + unit],
    ["Unit rate", of("unit_rate") && decimal(of("unit_rate"), 2)],
    ["Rate code", of("rate_code") && of("rate_code") + (rateName(month, line) ? ", " + rateName(month, line) : "")],
    ["Rate authority", of("authority") || "None: this line brings its own dollars"],
    ["Approval", of("approval") || "None recorded with this line"],
    ["Service", days + (month.is_prior[line] ? " (an earlier period)" : "")],
    ["Stream", worded(of("stream")) + ", " + of("component")],
    ["Taken on", base === null || base === undefined ? null : go(lineAddress(month, base), text(month, "description", base))],
    ["Corrects charge", of("original_charge_id")],
    ["Invoice and line", of("invoice_no") + ", line " + month.line_no[line]],
    ["Billing number", go(where.address, titleOf(where))],
    ["Last month", month.month_before ? (month.before[line] === null ? "Not on last month\u2019s bill" : "$" + dollars(month.before[line])) : null],
    ["Change", month.month_before ? signed(change(month, line)) : null],
    [found.length === 1 ? "Record, file and line" : counted(found.length, "record") + ", file and line", found.length ? make("ul", null, ...found) : "No record of its own: taken on the whole invoice"],
    ["Whole trail", make("code", null, "cotbill explain " + of("invoice_no") + "/" + month.line_no[line])],
  ];
}

function showLine(month, line, into) {
  const code = text(month, "agency_code", line);
  const where = month.places.get("#/number/" + [code, text(month, "billing_number", line)].map(encodeURIComponent).join("/"));
  const title = text(month, "description", line) || "(no description)";
  into.append(crumbs(where, "Line " + month.line_no[line]), make("h3", { id: "level-title", tabindex: "-1" }, title));
  if (month.amount[line] === null) into.append(make("p", { class: "about" }, "This line was on last month\u2019s bill and is on none this month."));
  const list = make("dl", { class: "said" });
  for (const [name, said, look] of facts(month, line, where)) if (said) list.append(make("dt", null, name), make("dd", { class: look }, said));
  into.append(list);
  return "Line: " + title + ", $" + dollars(month.amount[line] === null ? 0 : month.amount[line]);
}
