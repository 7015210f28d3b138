// A suggested change of a table as its cells: rows and cells that go are struck, those that come are set off.

const SHAPES_TABLE = /[|\n]/; // such a change is one of cells or rows, not of words within a cell

/** Changes of rows and cells, none within another; the others are shown as changed words in their cell. */
function rowChanges(text, changes) {
  const found = [];
  for (const change of [...changes].sort((one, other) => one.from - other.from)) {
    const isOfRows = SHAPES_TABLE.test(text.slice(change.from, change.to)) || SHAPES_TABLE.test(change.words);
    if (isOfRows && change.from >= (found.at(-1)?.to ?? 0)) found.push(change);
  }
  return found;
}

function changedText(text, changes) {
  return [...changes].reverse().reduce((now, { from, to, words }) => now.slice(0, from) + words + now.slice(to), text);
}

/** The table with what the changes make of it, row beside row. */
function trackedTable(text, ofRows, others) {
  const pairs = rowsBeside(tableOf(text).rows, tableOf(changedText(text, ofRows)).rows);
  const head = make("thead"), body = make("tbody");
  let at = -1;
  pairs.forEach(([old, now], number) => {
    if (old) at += 1;
    const row = make("tr", { "data-row": Math.max(0, at) });
    const width = Math.max(old?.length ?? 0, now?.length ?? 0);
    for (let c = 0; c < width; c++) row.append(trackedCell(number ? "td" : "th", old?.[c], now?.[c], others));
    (number ? body : head).append(row);
  });
  return make("table", {}, head, body);
}

function trackedCell(tag, old, now, others) {
  const cell = make(tag, tag === "th" ? { scope: "col" } : {});
  if (old && now && old.source.letters === now.source.letters) {
    inline(cell, old.source, others);
    return cell;
  }
  const struck = make("del", {}, hidden("Suggested to leave out: "));
  const added = make("ins", {}, hidden(" Suggested instead: "));
  if (old) inline(struck, old.source, []);
  if (now) inline(added, now.source, []);
  if (old?.source.letters) cell.append(struck);
  if (now?.source.letters) cell.append(added);
  return cell;
}

/** [old row or null, new row or null], in order: the same rows, changed ones, those that go or come. */
function rowsBeside(old, now) {
  const pairs = [];
  let from = 0, next = 0;
  for (const [o, n] of sameRows(old, now)) {
    pairs.push(...changedRows(old.slice(from, o), now.slice(next, n)), [old[o], now[n]]);
    from = o + 1;
    next = n + 1;
  }
  return [...pairs, ...changedRows(old.slice(from), now.slice(next))];
}

/** Places of rows that both have, the most of them in the same order; heads stand beside each other whatever they say. */
function sameRows(old, now) {
  const said = (row) => JSON.stringify(row.map((cell) => cell.source.letters));
  const one = old.map(said), other = now.map(said);
  const most = Array.from({ length: one.length + 1 }, () => new Array(other.length + 1).fill(0));
  for (let o = one.length - 1; o >= 0; o--) {
    for (let n = other.length - 1; n >= 0; n--) {
      most[o][n] = one[o] === other[n] ? most[o + 1][n + 1] + 1 : Math.max(most[o + 1][n], most[o][n + 1]);
    }
  }
  const found = one.length && other.length ? [[0, 0]] : [];
  for (let o = 1, n = 1; o < one.length && n < other.length;) {
    if (one[o] === other[n]) found.push([o++, n++]);
    else if (most[o + 1][n] >= most[o][n + 1]) o += 1;
    else n += 1;
  }
  return found;
}

/** Between rows that stay: one beside the other where they share a cell or are as many. */
function changedRows(old, now) {
  const left = [...now], pairs = [];
  const words = (row) => row.map((cell) => cell.source.letters).filter(Boolean);
  for (const row of old) {
    const has = new Set(words(row));
    const at = old.length === now.length ? 0 : left.findIndex((other) => words(other).some((cell) => has.has(cell)));
    if (at > 0) pairs.push(...left.splice(0, at).map((other) => [null, other]));
    pairs.push([row, at < 0 ? null : left.shift()]);
  }
  return [...pairs, ...left.map((row) => [null, row])];
}
