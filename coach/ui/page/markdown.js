// Markdown of a block as inert elements. Only bold, italic, code, lists, quotations and tables mean something; links,
// pictures and HTML stand as they were written. Every text node knows where its first letter stands in the source.

const DEEPEST = 6;
const BREAK = "\u2028"; // a line break that the writer asked for
const ITEM_MARK = /^(\s*)((?:[-*+•]|\d{1,3}[.)])(?:\s+|$))/;
const STEP = /^\d{1,3}[.)] +\*\*/; // a step right under a paragraph begins one
const QUOTE_MARK = /^\s*> ?/;

/** A stretch of a block's text: its letters, and where each stands in the whole. */
function sourceOf(text, from = 0) {
  return { letters: text, at: Array.from({ length: text.length }, (_, i) => from + i) };
}

function joined(lines) {
  const letters = [], at = [];
  for (const [number, line] of lines.entries()) {
    if (number) { letters.push("\n"); at.push(line.at - 1); }
    const hard = /( {2,}|\\)$/.exec(line.text);
    const words = hard ? line.text.slice(0, hard.index) : line.text;
    for (let i = 0; i < words.length; i++) { letters.push(words[i]); at.push(line.at + i); }
    if (hard && number < lines.length - 1) { letters.push(BREAK); at.push(line.at + words.length); }
  }
  return { letters: letters.join(""), at };
}

function linesOf(text) {
  let at = 0;
  return text.split("\n").map((line) => {
    const found = { text: line, at };
    at += line.length + 1;
    return found;
  });
}

function without(line, pattern) {
  const mark = pattern.exec(line.text);
  return mark ? { text: line.text.slice(mark[0].length), at: line.at + mark[0].length } : line;
}

// --- words in a line -----------------------------------------------------------------------------------------------

function closing(letters, mark, from, to) {
  const single = mark.length === 1;
  for (let i = letters.indexOf(mark, from); i >= 0 && i + mark.length <= to; i = letters.indexOf(mark, i + 1)) {
    if (/\s/.test(letters[i - 1])) continue;
    if (single && (letters[i + 1] === mark || (letters[i - 1] === mark && mark !== "`"))) { i += 1; continue; }
    if (mark[0] === "_" && /[\p{L}\p{N}]/u.test(letters[i + mark.length] ?? "")) continue;
    return !single && letters[i + 2] === mark[0] && i + 3 <= to ? i + 1 : i;
  }
  return -1;
}

function styleAt(letters, i, to, dead) {
  const letter = letters[i];
  if (letter === "<") {
    const found = /^<br\s*\/?>/i.exec(letters.slice(i, i + 8));
    return found && { tag: "br", end: i + found[0].length };
  }
  if (letter !== "*" && letter !== "_" && letter !== "`") return null;
  const mark = letter !== "`" && letters[i + 1] === letter ? letter + letter : letter;
  const from = i + mark.length;
  if (dead[mark] || from >= to || /\s/.test(letters[from])) return null;
  if (letter === "_" && i && /[\p{L}\p{N}]/u.test(letters[i - 1])) return null;
  const end = closing(letters, mark, from + 1, to);
  if (end < 0) { dead[mark] = true; return null; }
  return { tag: letter === "`" ? "code" : mark.length === 2 ? "strong" : "em", from, to: end, end: end + mark.length };
}

function inline(parent, source, changes, from = 0, to = source.letters.length, depth = 0) {
  const dead = {};
  let start = from, i = from;
  while (i < to) {
    const style = depth < DEEPEST ? styleAt(source.letters, i, to, dead) : null;
    if (!style) { i += 1; continue; }
    write(parent, source, start, i, changes);
    const child = parent.appendChild(document.createElement(style.tag));
    if (style.tag === "code") write(child, source, style.from, style.to, changes);
    else if (style.tag !== "br") inline(child, source, changes, style.from, style.to, depth + 1);
    i = start = style.end;
  }
  write(parent, source, start, to, changes);
}

function changeAt(changes, at) {
  return changes.find((change) => at >= change.from && at < change.to);
}

/** Plain letters, cut where a line ends and where a suggested change begins and ends. */
function write(parent, source, from, to, changes) {
  let i = from;
  while (i < to) {
    const change = changeAt(changes, source.at[i]);
    const goesOn = (at) => source.letters[at] !== BREAK && source.letters[at - 1] !== BREAK && changeAt(changes, source.at[at]) === change;
    let end = i + 1;
    while (end < to && goesOn(end)) end += 1;
    writeRun(parent, source.letters.slice(i, end), source.at[i], change);
    i = end;
  }
}

function writeRun(parent, letters, at, change) {
  if (letters === BREAK) { parent.append(document.createElement("br")); return; }
  const words = document.createTextNode(letters.replaceAll("\n", " "));
  words.standsAt = at;
  if (!change) { parent.append(words); return; }
  const struck = make("del", { "data-change": change.id });
  if (!change.last) struck.append(hidden("Suggested to leave out: "));
  struck.append(words);
  parent.append(struck);
  change.last = struck;
}

function placeNewWords(changes) {
  for (const change of changes) {
    if (!change.last || !change.words) continue;
    const added = make("ins", { "data-change": change.id }, hidden(" Suggested instead: "));
    if (kindOf(change.words) === "table") added.append(rendered("table", change.words));
    else inline(added, sourceOf(change.words), []);
    change.last.after(added);
  }
}

// --- blocks ---------------------------------------------------------------------------------------------------------

/** A block's elements. `changes`: suggested ones, [{id, from, to, words}] in letters of the text. */
function rendered(kind, text, changes = []) {
  const box = document.createDocumentFragment();
  (RENDERERS[kind] ?? RENDERERS.text)(box, text, changes);
  placeNewWords(changes);
  return box;
}

const RENDERERS = {
  heading(box, text, changes) {
    const first = linesOf(text)[0];
    const line = without(first, /^#{1,6}\s+/);
    const level = /^#{1,2}\s/.test(text) || text.includes("\n") ? "h2" : "h3";
    const title = make(level);
    inline(title, sourceOf(line.text.replace(/\s*#+\s*$/, ""), line.at), changes);
    box.append(title);
  },
  text(box, text, changes) {
    if (/^(`{3,}|~{3,})/.test(text)) { box.append(make("pre", { text })); return; }
    paragraphs(box, linesOf(text), changes);
  },
  quote(box, text, changes) {
    const quote = make("blockquote");
    paragraphs(quote, linesOf(text).map((line) => without(line, QUOTE_MARK)), changes);
    box.append(quote);
  },
  item(box, text, changes) {
    const [first, ...others] = linesOf(text);
    nested(box, [without(first, ITEM_MARK), ...others], changes);
  },
  table(box, text, changes) {
    const [head, ...rows] = tableOf(text).rows;
    if (!head) return;
    const ofRows = rowChanges(text, changes);
    if (ofRows.length) {
      const others = changes.filter((change) => !ofRows.includes(change));
      box.append(make("div", { class: "scrolls" }, trackedTable(text, ofRows, others)));
      return;
    }
    const row = (cells, tag) => {
      const made = make("tr");
      for (const cell of cells) {
        const shown = made.appendChild(make(tag, tag === "th" ? { scope: "col" } : {}));
        inline(shown, cell.source, changes);
      }
      return made;
    };
    const table = make("table", {}, make("thead", {}, row(head, "th")), make("tbody", {}, ...rows.map((cells) => row(cells, "td"))));
    box.append(make("div", { class: "scrolls" }, table));
  },
};

function paragraphs(box, lines, changes) {
  let pending = [];
  const close = () => {
    if (pending.length) inline(box.appendChild(make("p")), joined(pending), changes);
    pending = [];
  };
  for (const line of lines) {
    if (!line.text.trim() || STEP.test(line.text)) close();
    if (line.text.trim()) pending.push(line);
  }
  close();
}

/** What stands in an item: its words, and below them items and quotations of its own. */
function nested(box, lines, changes) {
  let pending = [];
  const close = (tag, given) => {
    if (pending.length) inline(box.appendChild(make(tag, given)), joined(pending), changes);
    pending = [];
  };
  let shape = ["p", {}];
  for (const line of lines) {
    const mark = line === lines[0] ? null : ITEM_MARK.exec(line.text);
    const isQuote = line !== lines[0] && QUOTE_MARK.test(line.text);
    if (mark || (isQuote && shape[0] !== "blockquote") || !line.text.trim()) close(...shape);
    if (mark) shape = ["div", { class: "inner", "data-mark": /\d/.test(mark[2]) ? mark[2].trim() : "•" }];
    else if (isQuote) shape = ["blockquote", {}];
    if (line.text.trim()) pending.push(without(without(line, mark ? ITEM_MARK : /^\s+/), isQuote ? QUOTE_MARK : /^(?!)/));
  }
  close(...shape);
}

// --- the marks before the words: a rep sees and edits the words -------------------------------------------------------

function bodyOf(kind, text) {
  if (kind === "quote") return text.split("\n").map((line) => line.replace(QUOTE_MARK, "")).join("\n");
  return text.slice(markOf(kind, text).length);
}

function markOf(kind, text) {
  if (kind === "item") return ITEM_MARK.exec(text)?.[0] ?? "";
  if (kind === "heading") return /^#{1,6}\s+/.exec(text)?.[0] ?? "";
  return "";
}

/** Words of the rep's with the marks of their kind; `old` is the block's text so far, whose mark is kept. */
function withMark(kind, body, old = "") {
  if (kind === "quote") return body.split("\n").map((line) => (line ? `> ${line}` : ">")).join("\n");
  if (kind === "item") return (markOf("item", old) || "- ") + body;
  if (kind === "heading") return (markOf("heading", old) || (/^(\*\*|__)/.test(old) ? "" : "## ")) + body;
  return body;
}

function wordsIn(text) {
  return (text.match(/[\p{L}\p{N}]+(?:['’.,:/-][\p{L}\p{N}]+)*/gu) ?? []).length;
}

function kindOf(text) {
  if (/^#{1,6}\s/.test(text)) return "heading";
  if (/^\s*>/.test(text)) return "quote";
  if (/^\s*\|/.test(text)) return "table";
  return ITEM_MARK.test(text) ? "item" : "text";
}
