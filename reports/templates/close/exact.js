// Figures as people read them, exact: dollars are whole cents, other decimals are text; nothing is divided.
const MINUS = "\u2212";
const PLACES = 6;

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function dollars(cents) {
  if (cents === null) return "";
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return (cents < 0 ? MINUS : "") + grouped(digits.slice(0, -2)) + "." + digits.slice(-2);
}

function signed(cents) {
  return cents > 0 ? "+" + dollars(cents) : dollars(cents);
}

function decimal(text, least) {
  if (text === null) return "";
  const parts = text.replace("-", "").split(".");
  const rest = (parts[1] || "").padEnd(least || 0, "0");
  return (text.startsWith("-") ? MINUS : "") + grouped(parts[0]) + (rest ? "." + rest : "");
}

// The movement in tenths of a per cent, rounded half away from zero; a dash where nothing or a credit was before.
function percent(change, before) {
  if (before <= 0) return "\u2013";
  const part = BigInt(change < 0 ? -change : change) * 2000n + BigInt(before);
  const tenths = String(part / (BigInt(before) * 2n)).padStart(2, "0");
  const sign = /^0+$/.test(tenths) ? "" : change < 0 ? MINUS : "+";
  return sign + grouped(tenths.slice(0, -1)) + "." + tenths.slice(-1) + "%";
}

// What a shown figure sorts by: its digits as one whole number of millionths; an empty cell comes first.
function rank(text) {
  const shown = text.replace(/[,+$%\s]/g, "").replace(MINUS, "-");
  if (!/^-?\d*\.?\d*$/.test(shown) || !/\d/.test(shown)) return Number.NEGATIVE_INFINITY;
  const parts = shown.split(".");
  return Number(parts[0] + (parts[1] || "").slice(0, PLACES).padEnd(PLACES, "0"));
}

function counted(how, one, many) {
  return grouped(String(how)) + " " + (how === 1 ? one : many || one + "s");
}
