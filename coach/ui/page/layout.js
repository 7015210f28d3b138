// Which block stands where on the sheet, as the printed page has it: what decides it on top, two columns, the outcome
// in a band. The order of the document is kept, so that Tab, screen reader and eye go the same way.

const LONG_ENOUGH = 14; // lines; a shorter stretch is not worth two columns
const COLUMN_LETTERS = 48; // a line of half the sheet
const LINE_WORDS = 8;
const SUGGESTION_LINES = 4; // why, and what to do with it
const BAND = ["best", "fallback", "stop"];

const CUT_INSIDE = 0.09; // of all lines: what it must gain to cut a section rather than between two

function zoneOf(block) {
  if (block.part === "decides") return "lead";
  return BAND.includes(block.part) ? "band" : "cols";
}

/** Words to stop, to fall back or to decide by among other things, which stay there where others are about just that. */
function straysOf(blocks) {
  const groups = [[]];
  for (const block of blocks) block.kind === "heading" ? groups.push([]) : groups.at(-1).push(block);
  const own = new Set(groups.filter((group) => group.every((one) => BAND.includes(one.part))).flat().map((one) => one.part));
  const strays = new Set();
  let isLed = false;
  for (const group of groups) group.forEach((block, i) => {
    const before = group[i - 1], isLead = block.part === "decides";
    const isBehindOthers = before && (strays.has(before.id) || !(isLead ? ["decides"] : BAND).includes(before.part));
    const isToldElsewhere = isLead ? isLed : block.part !== "best" && BAND.includes(block.part) && own.has(block.part);
    if (isToldElsewhere && isBehindOthers) strays.add(block.id);
    isLed ||= isLead;
  });
  return strays;
}

/** Blocks by heading: [{zone, part, blocks}]. In the band best, fall-back and stop each begin one. */
function sectionsOf(blocks) {
  const sections = [], strays = straysOf(blocks);
  for (const block of blocks) {
    const last = sections.at(-1);
    const zone = strays.has(block.id) ? last.zone : zoneOf(block);
    const isNew = !last || block.kind === "heading" || last.zone !== zone || (zone === "band" && last.part !== block.part) || last.isTitle;
    const isTitle = zone === "band" && block.kind === "heading";
    if (isNew) sections.push({ zone, part: block.part, blocks: [block], isTitle });
    else last.blocks.push(block);
  }
  return sections;
}

/** Rows of the sheet: [{zone, key, sections, columns: [[section]]}]. `expected`: lines to come while it is written. */
function rowsOf(blocks, expected = 0) {
  const rows = [];
  for (const section of sectionsOf(blocks)) {
    const last = rows.at(-1);
    if (last?.zone === section.zone) last.sections.push(section);
    else rows.push({ zone: section.zone, sections: [section] });
  }
  return rows.map(({ zone, sections }, i) => {
    const columns = zone === "cols" ? cutAt(sections, bestCut(sections, expected)) : [sections];
    return { zone, key: `${zone}${i}`, sections, columns };
  });
}

/** The block that begins the right column where both come nearest to the same length; null: one column does.
 *  While more is coming, where half of it will stand. A heading never ends a column. */
function bestCut(sections, expected) {
  const flat = sections.flatMap((section) => section.blocks.map((block, i) => ({ block, isFirst: !i, size: linesFor(block) + (i ? 0 : 1) })));
  const sum = flat.reduce((lines, one) => lines + one.size, 0);
  const total = Math.max(expected, sum);
  if (flat.length < 2 || total < LONG_ENOUGH) return null;
  let left = 0, best = null, cost = Infinity;
  for (const [i, { block, isFirst, size }] of flat.entries()) {
    const before = flat[i - 1]?.block;
    const off = Math.abs(total / 2 - left) + (isFirst ? 0 : total * CUT_INSIDE);
    if (before && before.kind !== "heading" && off < cost) { cost = off; best = block.id; }
    left += size;
  }
  return expected && left < total / 2 ? null : best;
}

/** Two columns, the right one from this block on; one where it is not there. */
function cutAt(sections, id) {
  const at = sections.findIndex((section) => section.blocks.some((block) => block.id === id));
  const inside = at < 0 ? -1 : sections[at].blocks.findIndex((block) => block.id === id);
  if (at < 0 || (at === 0 && inside === 0)) return [sections];
  if (inside === 0) return [sections.slice(0, at), sections.slice(at)];
  const halves = [sections[at].blocks.slice(0, inside), sections[at].blocks.slice(inside)].map((blocks) => ({ ...sections[at], blocks }));
  return [[...sections.slice(0, at), halves[0]], [halves[1], ...sections.slice(at + 1)]];
}

/** About how many lines a block takes in a column, with what is suggested in it. */
function linesFor(block) {
  return ownLines(block) + (block.suggested ?? 0) * SUGGESTION_LINES;
}

function ownLines(block) {
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
    Object.assign(block, { text: entry.text, kind: entry.kind, touched: true, written_by: "rep" });
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
