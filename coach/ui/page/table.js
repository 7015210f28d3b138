// A table's Markdown as rows of cells and back, and the editing of it cell by cell.

const DASHES = /^[\s|:-]*-[\s|:-]*$/;

/** {rows: [[{source}]], dashes: the delimiter row as it was written}; rows are as long as the longest. */
function tableOf(text) {
  const lines = linesOf(text).filter((line) => line.text.trim());
  const dashes = lines.find((line, i) => i > 0 && DASHES.test(line.text))?.text ?? "";
  const rows = lines.filter((line, i) => i === 0 || !DASHES.test(line.text)).map(cellsOf);
  const width = Math.max(0, ...rows.map((row) => row.length));
  for (const row of rows) while (row.length < width) row.push({ source: sourceOf("") });
  return { rows, dashes };
}

function cellsOf(line) {
  const bounds = [];
  for (let i = 0; i < line.text.length; i++) if (line.text[i] === "|" && line.text[i - 1] !== "\\") bounds.push(i);
  const starts = line.text.trimStart().startsWith("|") ? bounds : [-1, ...bounds];
  const cells = starts.map((start, i) => cellOf(line, start + 1, starts[i + 1] ?? line.text.length));
  if (cells.length > 1 && !cells.at(-1).source.letters) cells.pop();
  return cells;
}

function cellOf(line, from, to) {
  const letters = [], at = [];
  const raw = line.text.slice(from, to);
  const start = from + raw.length - raw.trimStart().length;
  const end = start + raw.trim().length;
  for (let i = start; i < end; i++) {
    if (line.text[i] === "\\" && line.text[i + 1] === "|") i += 1;
    letters.push(line.text[i]);
    at.push(line.at + i);
  }
  return { source: { letters: letters.join(""), at } };
}

function tableText(rows, dashes = "") {
  const line = (cells) => `| ${cells.map((cell) => cell.trim().replaceAll("|", "\\|").replaceAll("\n", "<br>")).join(" | ")} |`;
  const [head, ...others] = rows;
  const width = head.length;
  const isSame = dashes && (dashes.match(/-+/g) ?? []).length === width;
  return [line(head), isSame ? dashes : `|${"---|".repeat(width)}`, ...others.map(line)].join("\n");
}

/** Cells to write in, in the place of the table. `changed(text)` hears of every letter. */
class TableEditor {
  constructor({ text, name, changed, leave }) {
    const { rows, dashes } = tableOf(text);
    const words = rows.map((row) => row.map((cell) => cell.source.letters.replace(/<br\s*\/?>/gi, "\n")));
    this.rows = words.length ? words : [["", ""], ["", ""]];
    Object.assign(this, { dashes, name, changed, leave });
    this.element = make("div", { class: "grid-editor", role: "group", "aria-label": `${name}, cells` });
    this.row = 0;
    this.column = 0;
    this.draw();
  }

  get text() {
    return tableText(this.rows, this.dashes);
  }

  draw() {
    const table = make("table");
    this.rows.forEach((cells, r) => {
      const line = table.appendChild(make("tr"));
      cells.forEach((words, c) => line.append(make(r ? "td" : "th", {}, this.cell(words, r, c))));
    });
    this.element.replaceChildren(make("div", { class: "scrolls" }, table), this.tools());
  }

  cell(words, r, c) {
    const label = `${this.name}, ${r ? `row ${r}` : "header"}, column ${c + 1}`;
    const field = make("textarea", { class: "editor", rows: 1, maxlength: 2000, "aria-label": label });
    field.value = words;
    field.addEventListener("focus", () => Object.assign(this, { row: r, column: c }));
    field.addEventListener("input", () => {
      this.rows[r][c] = field.value;
      fit(field);
      this.changed(this.text);
    });
    field.addEventListener("keydown", (event) => this.press(event, r, c));
    return field;
  }

  press(event, r, c) {
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (r + 1 === this.rows.length) this.addRow(r);
      this.focus(r + 1, c);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  tools() {
    const act = (say, work) => button(say, () => { work(); this.changed(this.text); });
    return make("div", { class: "grid-tools", role: "group", "aria-label": "Rows and columns" },
      act("Add row", () => { this.addRow(this.row); this.focus(this.row + 1, 0); }),
      act("Add column", () => this.addColumn()),
      this.rows.length > 2 && act("Remove row", () => this.removeRow()),
      this.rows[0].length > 1 && act("Remove column", () => this.removeColumn()));
  }

  addRow(after) {
    this.rows.splice(after + 1, 0, this.rows[0].map(() => ""));
    this.draw();
  }

  addColumn() {
    this.rows.forEach((row) => row.splice(this.column + 1, 0, ""));
    this.draw();
    this.focus(0, this.column + 1);
  }

  removeRow() {
    this.rows.splice(Math.max(1, this.row), 1);
    this.draw();
    this.focus(Math.min(this.row, this.rows.length - 1), this.column);
  }

  removeColumn() {
    this.rows.forEach((row) => row.splice(this.column, 1));
    this.draw();
    this.focus(this.row, Math.min(this.column, this.rows[0].length - 1));
  }

  focus(r = 0, c = 0) {
    const field = this.element.querySelectorAll("tr")[r]?.children[c]?.firstChild;
    field?.focus({ preventScroll: true });
    this.element.querySelectorAll("textarea").forEach(fit);
  }

  /** Where a click on the shown table stood. */
  focusAt(cell) {
    const row = cell?.parentNode;
    const shown = row ? [...row.closest("table").querySelectorAll("tr")].indexOf(row) : 0;
    const r = Number(row?.dataset.row ?? shown); // rows that are only suggested stand between
    this.focus(Math.max(0, r), cell ? cell.cellIndex : 0);
  }
}

const SIZES_ITSELF = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");

/** As high as its text, where the browser does not see to it. */
function fit(field) {
  if (SIZES_ITSELF) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
