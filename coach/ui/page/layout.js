// Which block stands where on the sheet, as the printed page has it: what decides it on top, two columns, the outcome
// in a band. The order of the document is kept, so that Tab, screen reader and eye go the same way.

const LONG_ENOUGH = 14; // lines; a shorter stretch is not worth two columns
const COLUMN_LETTERS = 48; // a line of half the sheet
const LINE_WORDS = 8;
const BAND = ["best", "fallback", "stop"];

function zoneOf(block) {
  if (block.part === "decides") return "lead";
  return BAND.includes(block.part) ? "band" : "cols";
}

/** Blocks by heading: [{zone, part, blocks}]. In the band best, fall-back and stop each begin one. */
function sectionsOf(blocks) {
  const sections = [];
  for (const block of blocks) {
    const last = sections.at(-1);
    const zone = zoneOf(block);
    const isNew = !last || block.kind === "heading" || last.zone !== zone || (zone === "band" && last.part !== block.part) || last.isTitle;
    const isTitle = zone === "band" && block.kind === "heading";
    if (isNew) sections.push({ zone, part: block.part, blocks: [block], isTitle });
    else last.blocks.push(block);
  }
  return sections;
}

/** Rows of the sheet: [{zone, key, columns: [[section]]}]. `expected`: lines to come while the page is being written. */
function rowsOf(blocks, expected = 0) {
  const rows = [];
  for (const section of sectionsOf(blocks)) {
    const last = rows.at(-1);
    if (last?.zone === section.zone) last.sections.push(section);
    else rows.push({ zone: section.zone, sections: [section] });
  }
  return rows.map(({ zone, sections }, i) => {
    const columns = zone === "cols" ? halves(sections, expected) : [sections];
    return { zone, key: `${zone}${i}`, columns };
  });
}

/** Cut where the two columns come nearest to the same length; while more is coming, where half of it will stand. */
function halves(sections, expected) {
  const sizes = sections.map((section) => section.blocks.reduce((sum, block) => sum + linesFor(block), 1));
  const sum = sizes.reduce((a, b) => a + b, 0);
  const total = Math.max(expected, sum);
  if (sections.length < 2 || total < LONG_ENOUGH) return [sections];
  let left = 0, best = 1, cost = Infinity;
  sizes.slice(0, expected ? undefined : -1).forEach((size, i) => {
    left += size;
    const off = Math.abs(total / 2 - left);
    if (off < cost) { cost = off; best = i + 1; }
  });
  return [sections.slice(0, best), sections.slice(best)];
}

/** About how many lines a block takes in a column. */
function linesFor(block) {
  if (block.kind === "heading") return 1.6;
  if (block.kind !== "table") return Math.ceil(block.text.length / COLUMN_LETTERS) + 0.3;
  return tableOf(block.text).rows.reduce((sum, row) => {
    const width = COLUMN_LETTERS / row.length - 3;
    return sum + Math.max(...row.map((cell) => Math.ceil(cell.source.letters.length / width))) + 0.6;
  }, 1);
}

/** "Answers, item 2" for every block. */
function namesOf(blocks) {
  const names = new Map();
  let title = "";
  let counts = {};
  for (const block of blocks) {
    if (block.kind === "heading") {
      title = bodyOf("heading", block.text.split("\n")[0]).replace(/[*_#]/g, "").replace(/:\s*$/, "").trim();
      counts = {};
      names.set(block.id, `${title || "Empty"}, heading`);
      continue;
    }
    counts[block.kind] = (counts[block.kind] ?? 0) + 1;
    names.set(block.id, `${title || PART_NAMES[block.part] || "Page"}, ${KIND_NAMES[block.kind]} ${counts[block.kind]}`);
  }
  return names;
}

/** Children in their order, moving as few as can be: what has the focus keeps it. */
function place(sheet, parent, wanted) {
  const set = new Set(wanted);
  let next = null;
  for (const element of [...wanted].reverse()) {
    let after = element.nextElementSibling;
    while (after && !set.has(after)) after = after.nextElementSibling;
    if (element.parentNode !== parent || after !== next) moveTo(sheet, parent, element, next);
    next = element;
  }
}

function moveTo(sheet, parent, element, next) {
  if (element.isConnected && parent.isConnected && parent.moveBefore) { parent.moveBefore(element, next); return; }
  const active = sheet.root.activeElement;
  const held = active && element.contains(active) ? [active.selectionStart, active.selectionEnd] : null;
  sheet.isMoving = true;
  parent.insertBefore(element, next);
  if (held) {
    active.focus({ preventScroll: true });
    if (held[0] !== undefined && held[0] !== null) active.setSelectionRange(...held);
  }
  sheet.isMoving = false;
}

/** What an effective page is: the server's blocks with what this person has done since. */
function withEdits(blocks, entries) {
  const list = blocks.map((block) => ({ ...block }));
  for (const entry of entries) APPLY[entry.action](list, entry);
  return list;
}

const APPLY = {
  text(list, entry) {
    const block = list.find((one) => one.id === entry.block);
    if (!block) { insertAt(list, newBlock(entry, { gone: true }), entry.near); return; }
    Object.assign(block, { text: entry.text, kind: entry.kind, touched: true });
  },
  insert(list, entry) {
    const block = list.find((one) => one.id === entry.block);
    if (block) Object.assign(block, { text: entry.text, kind: entry.kind });
    else insertAt(list, newBlock(entry), entry.after);
  },
  delete(list, entry) {
    const at = list.findIndex((one) => one.id === entry.block);
    if (at >= 0 && !entry.state) list.splice(at, 1);
  },
  move(list, entry) {
    const at = list.findIndex((one) => one.id === entry.block);
    if (at >= 0) insertAt(list, list.splice(at, 1)[0], entry.after);
  },
};

function newBlock(entry, more = {}) {
  const { block, base, kind, text, part } = entry;
  return { id: block, revision: base ?? 0, kind, text, part: part || "other", citations: [], check: {}, touched: true, ...more };
}

function insertAt(list, block, after) {
  const at = list.findIndex((one) => one.id === after);
  if (at >= 0) list.splice(at + 1, 0, block);
  else if (after) list.push(block);
  else list.unshift(block);
}
