// What the rep does to the page, beyond typing. Each is an edit in the queue, shown at once.

const ACTS = {
  typed(block, text) {
    const at = this.list.findIndex((one) => one.id === block.id);
    const near = this.list[at - 1]?.id ?? "";
    this.queue.write({ block: block.id, base: this.revisionOf(block.id), text, kind: block.kind, part: block.part, near });
    this.bar.showBudget();
  },

  draftOf(id) {
    return this.queue.ofBlock(id).find((entry) => entry.isDraft);
  },

  addBelow(id, { kind, part, body = "", label = "" } = {}) {
    const above = this.list.find((one) => one.id === id);
    const newKind = kind ?? (above && !["heading", "table"].includes(above.kind) ? above.kind : "text");
    const mark = newKind === above?.kind ? nextMark(above.text) : "";
    const text = newKind === "table" ? tableText([["", ""], ["", ""]]) : withMark(newKind, label + body, mark);
    const block = newId("N");
    this.queue.insert({ block, kind: newKind, part: part ?? above?.part ?? "other", text, after: id, isDraft: !body });
    this.render();
    this.editBlock(block, body ? { at: 0 } : {});
    return block;
  },

  writeMissing({ part, after }) {
    this.addBelow(after, { kind: PART_KINDS[part] ?? "text", part, label: PART_LABELS[part] ?? "" });
  },

  /** Another kind is a new block in the place of the old one. */
  changeKind(id, kind) {
    const view = this.views.get(id);
    const wasEditing = view.isEditing;
    const { kind: old, text: before, part } = this.list.find((one) => one.id === id);
    const body = bodyOf(old, before);
    const draft = this.draftOf(id);
    const block = newId("N");
    this.queue.insert({ block, kind, part, text: withMark(kind, body), after: draft ? draft.after : id, isDraft: !body.trim() });
    if (draft) this.queue.forget(draft);
    else this.queue.remove({ block: id, base: this.revisionOf(id) });
    this.pair = this.queue.newest;
    this.holding = block;
    view.leave();
    this.holding = "";
    this.render();
    if (wasEditing) this.editBlock(block);
    else this.focusBlock(block);
  },

  remove(id, { edit = false } = {}) {
    const before = this.neighbour(id, -1), after = this.neighbour(id, 1);
    const view = this.views.get(id);
    const draft = this.draftOf(id);
    if (draft) this.queue.forget(draft);
    else this.queue.remove({ block: id, base: this.revisionOf(id) });
    view?.leave();
    this.render();
    if (edit && before) this.editBlock(before);
    else this.focusBlock((edit ? after : after || before) ?? "");
    if (!draft) this.bar.say("Deleted.", "Undo", () => this.undo());
  },

  /** One place up or down; the block keeps focus and caret. */
  move(id, step) {
    const list = this.list.filter((one) => one.id === id || !this.draftOf(one.id));
    const at = list.findIndex((one) => one.id === id);
    const to = at + step;
    if (to < 0 || to >= list.length) return;
    const after = (step < 0 ? list[at - 2]?.id : list[at + 1].id) ?? "";
    const draft = this.draftOf(id);
    if (draft) draft.after = after;
    else this.queue.move({ block: id, base: this.revisionOf(id), after });
    this.render();
    const view = this.views.get(id);
    if (!view.isEditing) this.focusBlock(id);
    view.element.scrollIntoView({ block: "nearest" });
    this.bar.say(`Moved ${step < 0 ? "up" : "down"}: now ${view.name}.`);
  },

  undo() {
    return this.inTurn(async () => {
      const isPair = Boolean(this.pair) && this.pair === this.queue.newest; // a changed kind is two edits
      this.pair = "";
      if (await this.takeBack("/undo", isPair, "Undone.")) this.undoneSince().push(isPair);
    });
  },

  redo() {
    return this.inTurn(async () => {
      const undone = this.undoneSince();
      const wasPair = Boolean(undone.at(-1));
      if (!(await this.takeBack("/redo", wasPair, "Redone."))) return;
      undone.pop();
      if (wasPair) this.pair = this.queue.newest;
    });
  },

  /** However fast the keys are pressed. */
  inTurn(act) {
    this.turn = (this.turn ?? Promise.resolve()).then(act);
    return this.turn;
  },

  /** Of all that was undone since the last edit, whether it was a pair of edits; the last one last. */
  undoneSince() {
    if (this.undoneAfter !== this.queue.newest) this.undone = [];
    this.undoneAfter = this.queue.newest;
    return (this.undone ??= []);
  },

  async takeBack(path, isPair, said) {
    if (this.isReadonly) return false;
    if (!(await this.queue.settled())) { this.bar.say("Not done: no connection."); return false; }
    const body = { by: this.where.by };
    const isDone = (await this.ask(path, body)) && (!isPair || (await this.ask(path, body)));
    if (isDone) this.bar.say(said);
    return isDone;
  },

  async decide(suggestion, body) {
    this.views.get(suggestion.block)?.leave();
    if (!(await this.queue.settled())) { this.bar.say("Not done: no connection."); return; }
    const done = await this.ask(`/suggestions/${encodeURIComponent(suggestion.id)}`, { by: this.where.by, ...body });
    if (!done || body.action === "undo") return;
    const said = { accept: "Accepted.", edit: "Taken with your words.", dismiss: "Dismissed." }[body.action];
    this.bar.say(said, "Undo", () => this.decide(suggestion, { action: "undo" }));
    this.focusBlock(suggestion.block);
  },

  /** What the rep knows of herself becomes a line of the notes, in her words. */
  async vouch(id) {
    this.popover.close();
    if (!(await this.queue.settled())) { this.bar.say("Not added: no connection."); return; }
    if (await this.ask("/vouch", { by: this.where.by, block: id })) this.bar.say("Added to the notes, in your words.");
    this.focusBlock(id);
  },

  /** A line of the notes may be said, or is told in confidence; of `id`, at whose mark the rep said so. */
  async markLine(line, mayBeSaid, id) {
    this.popover.close();
    if (!(await this.queue.settled())) { this.bar.say("Not noted: no connection."); return; }
    if (!(await this.ask("/confidence", { by: this.where.by, line, may_be_said: mayBeSaid }))) return;
    const said = mayBeSaid ? `Noted: ${line} may be said.` : `${line} is told in confidence again.`;
    this.bar.say(said, ...(mayBeSaid ? ["Undo", () => this.markLine(line, false, id)] : []));
    this.focusBlock(id);
  },

  async redraft(body) {
    this.views.get(body.block)?.leave();
    if (!(await this.queue.settled())) { this.bar.say("Not started: no connection."); return; }
    if (await this.ask("/redraft", body)) this.bar.say("The coach is writing.");
  },

  async cancelJob() {
    const isDraft = ["draft", "redraft"].includes(this.state.job?.kind);
    if (!(await this.ask("/cancel", {}))) return;
    const { blocks, cut_short: isCutShort } = this.state;
    const stays = isCutShort ? "What had come stays." : isDraft ? "The last whole page stands." : "The page is as it was.";
    this.bar.say(blocks.length ? `Cancelled. ${stays}` : "Cancelled.");
  },

  /** One request that changes something; true when it was done. What went wrong is said. */
  async ask(path, body) {
    try {
      const answer = await call(this.where, path, { method: "POST", body });
      this.newest = Math.max(this.newest, answer.revision ?? 0);
      await this.load();
      this.tell("saved", this.newest);
      return true;
    } catch (error) {
      this.bar.say(error.status ? [error.message, error.hint].filter(Boolean).join(" ") : "Not done: no connection.");
      this.load();
      return false;
    }
  },

  settleClash(entry, how) {
    const { block } = entry;
    if (how === "theirs") this.queue.takeTheirs(entry);
    else if (entry.state === "gone") this.queue.putBack(entry);
    else this.queue.keepMine(how === "both" ? withBoth(entry) : entry);
    this.views.get(block)?.leave();
    this.load();
    this.render();
    if (how === "both") this.editBlock(block);
    else this.focusBlock(block);
  },

  openMenu(anchor, view) {
    this.popover.open(anchor, { role: "menu", name: `Actions for ${view.name}`, content: blockMenu(this, view) });
  },

  askRedraft(view) {
    this.popover.open(view.handle, { name: `Write ${view.name} again`, content: redraftForm(this, view) });
  },

  showLines(view) {
    const cards = view.block.citations.map((label) => lineCard(label, this.state.lines?.[label]));
    this.popover.open(view.handle, { name: `Lines of ${view.name}`, content: cards });
    this.tell("cite", view.block.citations[0]);
  },

  chip(label) {
    const show = (event) => {
      event.stopPropagation();
      this.popover.open(event.currentTarget, { name: `Line ${label}`, content: [lineCard(label, this.state.lines?.[label])] });
      this.tell("cite", label);
    };
    return button(label, show, { class: "chip", "aria-label": `Line ${label}`, "aria-haspopup": "dialog", tabindex: "-1" });
  },
};

/** "2." comes after "1."; other marks stay as they are. */
function nextMark(text) {
  const number = /^(\s*)(\d{1,3})([.)]\s+)/.exec(text);
  return number ? `${number[1]}${Number(number[2]) + 1}${number[3]}` : text;
}

/** Both versions in one block, theirs first, for the rep to make one of. */
function withBoth(entry) {
  if (entry.kind === "table") return entry;
  entry.text = withMark(entry.kind, `${bodyOf(entry.kind, entry.theirs ?? "")}\n${bodyOf(entry.kind, entry.text)}`, entry.text);
  return entry;
}
