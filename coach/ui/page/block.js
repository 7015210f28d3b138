// One block of the page: shown as it is printed, edited as text at the same place.

const BESIDE = 4; // lines named in the margin; more would reach far below a short block

class BlockView {
  constructor(sheet, id) {
    this.sheet = sheet;
    this.id = id;
    this.bars = new Map();
    this.words = make("div", { class: "words", id: `words-${id}` });
    this.shown = make("div", { class: "shown" }, this.words);
    this.body = make("div", { class: "body" }, this.shown);
    this.tools = make("div", { class: "tools", role: "toolbar" });
    this.beside = make("div", { class: "beside", "aria-hidden": "true" });
    this.clash = make("div", { class: "clash-place" });
    this.suggestions = make("div", { class: "suggestions" });
    this.element = make("div", { class: "block", "data-id": id }, this.body, this.tools, this.beside, this.clash, this.suggestions);
    this.shown.addEventListener("click", (event) => this.click(event));
    this.shown.addEventListener("keydown", (event) => this.pressShown(event));
    this.element.addEventListener("focusout", (event) => this.leaveIfOutside(event));
    this.tools.addEventListener("keydown", (event) => this.pressTools(event));
    this.beside.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays out of what is hidden from readers
  }

  get isEditing() {
    return Boolean(this.editor);
  }

  // --- showing --------------------------------------------------------------------------------------------------------

  /** `name`: for screen readers, "Answers, item 2". `base`: the server's revision of what is shown. */
  update(block, { name, entry, suggestions }) {
    const before = this.block;
    this.block = block;
    this.name = name;
    this.element.className = this.classes();
    if (this.isEditing) this.followServer(before);
    else this.show(suggestions);
    this.showClash(entry);
    this.showSuggestions(suggestions);
  }

  classes() {
    const { kind, part, gone } = this.block;
    return ["block", kind, `part-${part || "other"}`, this.isEditing && "editing", gone && "gone"].filter(Boolean).join(" ");
  }

  /** The text of a block that is open but not changed by the rep follows the server; the caret stays. */
  followServer(before) {
    if (this.isDirty || !before || before.text === this.block.text || this.block.text === this.text) return;
    this.text = this.block.text;
    if (this.grid) { this.leave(); return; }
    const { selectionStart, selectionEnd } = this.editor;
    this.editor.value = bodyOf(this.block.kind, this.block.text);
    this.editor.setSelectionRange(selectionStart, selectionEnd);
    fit(this.editor);
  }

  show(suggestions) {
    const { sheet, block } = this;
    const shape = JSON.stringify([block.kind, block.text, block.citations, block.check, block.confidential, this.name, sheet.isReadonly,
      sheet.findingsOf(this.id), suggestions.map((one) => [one.id, one.old, one.new])]);
    if (shape === this.shape) return;
    this.shape = shape;
    const changes = suggestions.map((one) => changeOf(one, block.text)).filter(Boolean);
    const hadFocus = this.shown.contains(sheet.root.activeElement);
    const mark = block.kind === "item" ? ITEM_MARK.exec(block.text)?.[2].trim() ?? "•" : "";
    this.body.dataset.mark = /\d/.test(mark) ? mark : mark && "•";
    this.words.replaceChildren(rendered(block.kind, block.text, changes));
    if (!block.text.trim() || !this.words.textContent.trim()) this.words.append(make("span", { class: "empty", text: "Empty" }));
    this.addTail();
    this.makeReachable();
    this.showTools();
    this.showBeside();
    if (sheet.popover.isOpen) sheet.popover.place();
    if (hadFocus) this.shown.focus({ preventScroll: true });
  }

  /** Behind the last word: the lines (when asked for), and the mark of what is wrong. */
  addTail() {
    const { sheet, block } = this;
    const tail = make("span", { class: "tail" });
    const cited = (block.citations ?? []).map((label) => sheet.chip(label));
    if (cited.length) tail.append(make("span", { class: "cites" }, ...cited));
    const mark = sheet.markOf(block);
    if (mark) tail.append(this.markButton(mark));
    const last = [...this.words.querySelectorAll("p, .inner, h2, h3")].at(-1);
    if (tail.childNodes.length) (block.kind === "table" || !last ? this.words : last).append(" ", tail);
  }

  markButton(mark) {
    const name = `${mark.say}: what is wrong with ${this.name}`;
    const open = (event) => {
      event.stopPropagation();
      const said = mark.problems.map((problem) => make("li", { text: problem }));
      const title = make("p", {}, make("b", { text: `${mark.sign} ${mark.say}` }));
      const own = mark.kind === "own" ? [button("I know this: add it to the notes", () => this.sheet.vouch(this.id), { class: "main" })] : [];
      const kept = mark.kind === "confidential" && !this.sheet.isReadonly ? this.block.confidential : [];
      const open = kept.flatMap((line) => [
        lineCard(line, this.sheet.state.lines?.[line]),
        button(`${line} may be said`, () => this.sheet.markLine(line, true, this.id)),
      ]);
      this.sheet.popover.open(event.currentTarget, { name, content: [title, make("ul", {}, ...said), ...own, ...open] });
    };
    const given = { class: `mark ${mark.kind}`, "aria-label": name, "aria-haspopup": "dialog" };
    return button(`${mark.sign} ${mark.say}`, open, given);
  }

  makeReachable() {
    if (this.sheet.isReadonly) {
      for (const name of ["tabindex", "role", "aria-label", "aria-describedby", "aria-keyshortcuts"]) this.shown.removeAttribute(name);
      return;
    }
    const keys = "Enter Alt+ArrowUp Alt+ArrowDown";
    const given = { tabindex: "0", role: "group", "aria-label": this.name, "aria-describedby": this.words.id, "aria-keyshortcuts": keys };
    for (const [name, value] of Object.entries(given)) this.shown.setAttribute(name, value);
  }

  /** Where a window about this block opens. */
  get handle() {
    return [...this.tools.querySelectorAll("button")].at(-1) ?? this.shown;
  }

  showTools() {
    const { sheet, block } = this;
    const chips = (block.citations ?? []).map((label) => sheet.chip(label));
    const own = sheet.isReadonly ? [] : [
      button("+", () => sheet.addBelow(this.id), { class: "tool", "aria-label": `Add below ${this.name}`, title: "Add below" }),
      button("⋯", (event) => sheet.openMenu(event.currentTarget, this), {
        class: "tool", "aria-label": `Actions for ${this.name}`, title: "Actions", "aria-haspopup": "menu", "aria-expanded": "false",
      }),
    ];
    const all = [...chips, ...own];
    all.forEach((one) => one.setAttribute("tabindex", one === all.at(-1) ? "0" : "-1"));
    this.tools.setAttribute("aria-label", `${this.name}: actions and lines`);
    const group = (name, buttons) => make("span", { class: name, hidden: !buttons.length }, ...buttons);
    this.tools.replaceChildren(group("cited", chips), group("own", own));
    this.tools.hidden = !all.length;
  }

  /** In the margin while the mouse is over the block; by keyboard the same lines are among its tools. */
  showBeside() {
    const cited = this.block.citations ?? [];
    const named = cited.slice(0, cited.length > BESIDE ? BESIDE - 1 : BESIDE);
    const more = () => button(`+${cited.length - named.length}`, () => this.sheet.showLines(this), { class: "chip", tabindex: "-1" });
    this.beside.replaceChildren(...named.map((label) => this.sheet.chip(label)), ...(cited.length > named.length ? [more()] : []));
  }

  /** One stop for the Tab key, arrows inside. */
  pressTools(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...this.tools.querySelectorAll("button")];
    const to = (all.indexOf(this.sheet.root.activeElement) + step + all.length) % all.length;
    event.preventDefault();
    all[to].focus({ preventScroll: true });
  }

  showClash(entry) {
    const shape = entry ? JSON.stringify([entry, this.block.kind]) : "";
    if (shape === this.clashShape) return;
    this.clashShape = shape;
    this.clash.replaceChildren(...(entry ? [clashPanel(this.sheet, entry, this.block)] : []));
  }

  showSuggestions(suggestions) {
    const wanted = new Set(suggestions.map((one) => one.id));
    for (const [id, bar] of this.bars) if (!wanted.has(id)) { bar.element.remove(); this.bars.delete(id); }
    for (const suggestion of suggestions) {
      if (!this.bars.has(suggestion.id)) {
        const bar = new SuggestionBar(this.sheet, suggestion);
        this.bars.set(suggestion.id, bar);
        this.suggestions.append(bar.element);
      }
      this.bars.get(suggestion.id).update(suggestion, { isFound: changeOf(suggestion, this.block.text) !== null, name: this.name });
    }
  }

  // --- editing --------------------------------------------------------------------------------------------------------

  click(event) {
    if (this.sheet.isReadonly || event.target.closest("button")) return;
    if (String(this.sheet.root.getSelection?.() ?? getSelection())) return; // the rep marks words to copy
    this.edit({ at: this.letterAt(event), cell: event.target.closest("td, th") });
  }

  /** The letter of the body that was clicked; undefined: the end. */
  letterAt(event) {
    const found = document.caretPositionFromPoint?.(event.clientX, event.clientY, { shadowRoots: [this.sheet.root] });
    if (found?.offsetNode?.standsAt === undefined) return undefined;
    return bodyOf(this.block.kind, this.block.text.slice(0, found.offsetNode.standsAt + found.offset)).length;
  }

  edit({ at, cell } = {}) {
    if (this.sheet.isReadonly || this.isEditing) return;
    this.isDirty = false;
    this.text = this.block.text;
    if (this.block.kind === "table") this.openGrid(cell);
    else this.openField(at);
    this.element.className = this.classes();
    this.sheet.opened(this);
  }

  openField(at) {
    const field = make("textarea", { class: "editor", rows: 1, maxlength: LONGEST_BLOCK, spellcheck: "true", "aria-label": this.name });
    field.value = bodyOf(this.block.kind, this.block.text);
    field.addEventListener("input", () => { fit(field); this.typed(withMark(this.block.kind, field.value, this.block.text)); });
    field.addEventListener("keydown", (event) => this.press(event));
    this.editor = field;
    this.swap(field);
    const caret = at ?? field.value.length;
    field.focus({ preventScroll: true });
    field.setSelectionRange(caret, caret);
    fit(field);
  }

  openGrid(cell) {
    const heard = { changed: (text) => this.typed(text), leave: () => this.leave({ focus: true }) };
    this.grid = new TableEditor({ text: this.block.text, name: this.name, ...heard });
    this.editor = this.grid.element;
    this.swap(this.editor);
    this.grid.focusAt(cell);
  }

  swap(element) {
    this.shown.hidden = true;
    this.body.append(element);
  }

  typed(text) {
    this.isDirty = true;
    this.text = text;
    this.sheet.typed(this.block, text);
  }

  /** Back to what is printed. `focus`: the block keeps the focus. */
  leave({ focus = false } = {}) {
    if (!this.isEditing) return;
    const editor = this.editor;
    this.editor = this.grid = undefined;
    this.shown.hidden = false;
    if (focus) this.shown.focus({ preventScroll: true });
    editor.remove();
    this.sheet.closed(this);
    if (focus && !this.shown.isConnected) this.sheet.focusBlock(this.sheet.neighbour(this.id, -1));
  }

  leaveIfOutside(event) {
    if (!this.isEditing || this.sheet.isMoving || !document.hasFocus()) { this.sheet.queue.flush(); return; }
    const isOurs = (element) => this.body.contains(element) || this.tools.contains(element);
    const to = event.relatedTarget;
    if (to && (isOurs(to) || this.sheet.popover.element.contains(to))) return;
    queueMicrotask(() => { if (!isOurs(this.sheet.root.activeElement)) this.leave(); });
  }

  // --- keys -----------------------------------------------------------------------------------------------------------

  pressShown(event) {
    if (event.target !== this.shown || this.sheet.isReadonly) return;
    if (this.moves(event)) return;
    const to = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter" || event.key === "F2") this.edit();
    else if (to) this.sheet.focusBlock(this.sheet.neighbour(this.id, to));
    else if (event.key === "Delete") this.sheet.remove(this.id);
    else return;
    event.preventDefault();
  }

  moves(event) {
    const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return false;
    event.preventDefault();
    this.sheet.move(this.id, step);
    return true;
  }

  press(event) {
    if (event.isComposing || this.moves(event)) return;
    const { value, selectionStart: from, selectionEnd: to } = this.editor;
    const isAtEnd = from === value.length && to === from;
    const endsHere = !event.shiftKey && (isAtEnd || ["item", "text", "heading"].includes(this.block.kind));
    const acts = {
      Escape: () => this.leave({ focus: true }),
      Enter: endsHere && (() => this.enter(value, from, to)),
      Backspace: !value && (() => this.sheet.remove(this.id, { edit: true })),
      ArrowUp: to === 0 && !event.shiftKey && (() => this.sheet.editBlock(this.sheet.neighbour(this.id, -1))),
      ArrowDown: isAtEnd && !event.shiftKey && (() => this.sheet.editBlock(this.sheet.neighbour(this.id, 1), { at: 0 })),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  /** A new block below, with what stood behind the caret; an empty item becomes a text. */
  enter(value, from, to) {
    const { kind } = this.block;
    if (kind === "item" && !value) { this.sheet.changeKind(this.id, "text"); return; }
    const rest = value.slice(to);
    if (rest) {
      this.editor.value = value.slice(0, from).trimEnd();
      this.typed(withMark(kind, this.editor.value, this.block.text));
    }
    this.sheet.addBelow(this.id, { kind: kind === "heading" || kind === "table" ? "text" : kind, body: rest.trimStart() });
  }
}
