// The month out of the page: texts held once, lines by column, and every place from the state to a billing number.
async function inflated(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let n = 0; n < letters.length; n += 1) bytes[n] = letters.charCodeAt(n);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function text(month, name, line) {
  const place = month.texts[name].rows[line];
  return place === null ? null : month.texts[name].words[place];
}

function place(kind, key, name, above) {
  const made = { kind, key, name, above, below: [], amount: 0, before: 0, lines: 0, gone: 0, rows: [] };
  if (above) above.below.push(made);
  return made;
}

function count(where, amount, before) {
  where.amount += amount === null ? 0 : amount;
  where.before += before === null ? 0 : before;
  where.lines += amount === null ? 0 : 1;
  where.gone += amount === null ? 1 : 0;
}

// State, cabinets, agencies and billing numbers by their address, each with its sums.
function places(month) {
  const found = new Map();
  const reach = (kind, key, name, above) => {
    const address = "#/" + [kind, ...key].map(encodeURIComponent).join("/");
    if (!found.has(address)) found.set(address, Object.assign(place(kind, key, name, above), { address }));
    return found.get(address);
  };
  const state = Object.assign(place("state", [], "The state", null), { address: "#/" });
  found.set("#/", state);
  const { line_count: many, amount, before } = month;
  for (let line = 0; line < many; line += 1) {
    const code = text(month, "agency_code", line);
    const number = text(month, "billing_number", line);
    const known = month.agencies.get(code);
    const cabinet = reach("cabinet", [known.cabinet], known.cabinet, state);
    const agency = reach("agency", [code], known.name, cabinet);
    const last = reach("number", [code, number], month.numbers.get(number) || "", agency);
    for (const where of [state, cabinet, agency, last]) count(where, amount[line], before[line]);
    last.rows.push(line);
  }
  return found;
}

function rowsOf(where) {
  return where.kind === "number" ? where.rows : where.below.flatMap(rowsOf);
}

async function readMonth() {
  const given = embedded("month-data");
  const lines = await inflated(given.lines);
  const agencies = new Map(
    given.agencies.agency_code.map((code, n) => [code, { name: given.agencies.agency_name[n], cabinet: given.agencies.cabinet[n] }]),
  );
  const numbers = new Map(given.numbers.billing_number.map((code, n) => [code, given.numbers.name[n]]));
  const month = { ...given, ...lines, agencies, numbers };
  month.places = places(month);
  month.starts = [];
  let start = 0;
  for (const many of month.records.counts) {
    month.starts.push(start);
    start += many || 0;
  }
  return month;
}

function lineAddress(month, line) {
  return "#/line/" + encodeURIComponent(text(month, "invoice_no", line)) + "/" + month.line_no[line];
}

function change(month, line) {
  return (month.amount[line] || 0) - (month.before[line] || 0);
}

function rateName(month, line) {
  return month.rate_names[month.texts.rate_code.rows[line]] || "";
}

function worded(code) {
  return code ? (code[0].toUpperCase() + code.slice(1)).replaceAll("_", " ") : "";
}
