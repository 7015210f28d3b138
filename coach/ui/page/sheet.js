// The page: what the server holds and what the rep has done since, put on the sheet without disturbing who writes.

const TOLD_EVERY_MS = 1000;

class Sheet {
  constructor(component) {
    this.root = component.parentElement;
    this.views = new Map();
    this.holders = new Map();
    this.cuts = new Map();
    this.newest = 0;
    this.list = [];
    this.build();
    this.update(component);
    this.queue = queueFor(this.where);
    this.queue.changed = () => { this.bar.update(); this.views.forEach((view, id) => view.showClash(this.queue.standing(id))); };
    this.queue.acknowledged = (entry, result) => this.acknowledged(entry, result);
    this.queue.saved = (revision) => this.wasSaved(revision);
    this.queue.revisionOf = (id) => this.revisionOf(id);
    this.live = new Live(this.where, (name, data) => this.heard(name, data));
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
    this.start();
  }

  build() {
    this.bar = new Bar(this);
    this.progress = new Progress(this);
    this.popover = new Popover();
    this.title = make("h1");
    this.typing = make("div", { class: "typing", "aria-hidden": "true" });
    this.glance = make("button", { type: "button", class: "glance" });
    this.glance.addEventListener("click", () => this.showBlock(this.best?.id));
    this.nothing = make("div", { class: "nothing", role: "status" }, make("p", { text: "Loading the page…" }));
    this.rows = make("div", { class: "rows" });
    this.cutShort = make("p", { class: "cut-short", role: "note", hidden: true });
    const paper = make("div", { class: "paper" }, this.title, this.progress.element, this.cutShort, this.nothing, this.rows, this.bar.element);
    this.element = make("div", { class: "sheet" }, paper, this.popover.element);
    this.wayBack = new WayBack(this);
    this.root.append(this.element, this.wayBack.element);
  }

  async start() {
    await this.queue.ready;
    if (this.isEnded) return;
    await this.load();
    this.live.open();
  }

  isFor(data) {
    return this.where.plan === data.plan && this.where.by === data.by && this.where.base === baseOf(data);
  }

  /** Streamlit ran again: a fresh token, another theme, a block to show. */
  update({ data, setTriggerValue }) {
    this.trigger = setTriggerValue;
    this.where = Object.assign(this.where ?? {}, { plan: data.plan, token: data.token, by: data.by, base: baseOf(data) });
    this.mayEdit = !data.readonly;
    this.mayRedraft = data.can_redraft;
    this.isBelievedAtWork = data.is_at_work;
    this.queue?.takeToken(data.token);
    this.element.dataset.theme = themeOf(this.element);
    const isNewShow = data.show && data.show !== this.shownLast;
    this.shownLast = data.show;
    if (this.isSignedOut) this.load();
    if (!this.state) { this.toShow = data.show; return; }
    if (data.is_at_work && !this.state.job) this.load();
    this.render();
    if (isNewShow) this.showBlock(data.show);
  }

  get isReadonly() {
    return !this.mayEdit || Boolean(this.state?.readonly);
  }

  get canRedraft() {
    return this.mayRedraft && !this.isReadonly && !this.state?.job;
  }

  // --- with the server --------------------------------------------------------------------------------------------------

  /** Fetch the state; calls while one is under way lead to one more. An answer older than what we know is not taken. */
  async load() {
    if (this.loading) { this.isStale = true; return this.loading; }
    this.loading = this.fetchState().finally(() => { this.loading = undefined; });
    await this.loading;
    if (!this.isStale) return undefined;
    this.isStale = false;
    return this.load();
  }

  async fetchState() {
    try {
      const state = await call(this.where, "");
      this.isOffline = this.isSignedOut = false;
      if (state.revision < this.newest) { this.isStale = true; return; }
      this.take(state);
    } catch (error) {
      this.failedToLoad(error);
    }
  }

  take(state) {
    if (this.isEnded) return;
    const hasEnded = (this.isBelievedAtWork || this.state?.job) && !state.job; // heard, or missed: it was quick, the line was down
    const isNew = hasEnded || (this.state && (state.revision > this.newest || state.pulse !== this.state.pulse)); // score and marks come after the words
    this.newest = state.revision;
    this.state = state;
    this.render();
    if (isNew) this.tell("saved", state.revision);
    if (this.toShow) this.showBlock(this.toShow);
    this.toShow = "";
  }

  failedToLoad(error) {
    if (this.isEnded) return;
    this.isSignedOut = error.status === 401 || error.status === 403;
    this.isOffline = !error.status || error.status >= 500;
    if (!this.state) {
      const say = this.isOffline ? "No connection. Trying again…" : `The page cannot be shown: ${error.message}`;
      this.nothing.replaceChildren(make("p", { text: say }));
    }
    else if (!this.isOffline) this.bar.say(error.message);
    this.bar.update();
    clearTimeout(this.retry);
    if (this.isOffline) this.retry = setTimeout(() => this.load(), 2000);
  }

  heard(name, data) {
    if (this.isEnded) return;
    if (name === "change") { this.load(); return; }
    if (!this.state) return;
    if (name === "text") this.streamed(data);
    if (name === "stage" && this.state.job) this.state.job.stage = data.stage;
    if (name === "stage") { this.state.streaming = { stage: data.stage, text: "" }; this.render(); }
    if (name === "ended") this.ended(data);
  }

  streamed({ stage, text }) {
    if (stage === "groundwork") this.state.worked_out = text;
    else this.state.streaming = { stage, text };
    this.keepPlace(() => { this.progress.update(); this.showTyping(); });
  }

  async ended({ error }) {
    await this.load();
    this.progress.fail(error ?? "");
    this.tell("saved", this.newest);
  }

  acknowledged(entry, result) {
    if (!this.state) return;
    const known = this.state.blocks.find((block) => block.id === entry.block);
    if (known && known.revision > result.revision) return;
    APPLY[entry.action](this.state.blocks, entry);
    const block = this.state.blocks.find((one) => one.id === entry.block);
    if (block) Object.assign(block, { revision: result.revision, gone: undefined });
  }

  wasSaved(revision) {
    this.newest = Math.max(this.newest, revision ?? 0);
    this.tell("saved", this.newest);
    this.render();
    this.load();
  }

  revisionOf(id) {
    return this.state?.blocks.find((block) => block.id === id)?.revision ?? 0;
  }

  /** Tell Streamlit what happened, at most now and then: every word of it runs a script. */
  tell(name, value) {
    this.told ??= new Map();
    const isWaiting = this.told.has(name);
    this.told.set(name, value);
    if (isWaiting) return;
    const wait = name === "saved" ? Math.max(0, TOLD_EVERY_MS - (Date.now() - (this.toldAt ?? 0))) : 0;
    setTimeout(() => {
      const last = this.told.get(name);
      this.told.delete(name);
      if (name === "saved") this.toldAt = Date.now();
      if (!this.isEnded) this.trigger(name, last);
    }, wait);
  }

  // --- on the sheet -----------------------------------------------------------------------------------------------------

  render() {
    if (!this.state || this.isEnded) return;
    const before = this.isComing ? this.whereBlocksStand() : new Map();
    this.keepPlace(() => this.draw());
    this.moveSoftly(before);
    this.wasComing = Boolean(this.state.job);
  }

  /** A page that is written, or has just been: once its parts are named, blocks find their places on the sheet. */
  get isComing() {
    return Boolean(this.state.job) || this.wasComing;
  }

  draw() {
    const { state } = this;
    this.list = withEdits(state.blocks, this.queue.entries);
    setText(this.title, state.title ?? "");
    this.title.hidden = !state.title || Boolean(state.titled_above);
    this.progress.update();
    this.updateViews();
    this.showGlance();
    this.showRows();
    this.showTyping();
    this.showNothing();
    setText(this.cutShort, state.cut_short ?? "");
    this.cutShort.hidden = !state.cut_short;
    this.element.classList.toggle("readonly", this.isReadonly);
    this.bar.update();
  }

  updateViews() {
    const names = namesOf(this.list);
    const open = (this.state.suggestions ?? []).filter((one) => one.state === "open");
    const ids = new Set(this.list.map((block) => block.id));
    for (const [id, view] of this.views) if (!ids.has(id) && !view.isEditing) { view.element.remove(); this.views.delete(id); }
    for (const block of this.list) {
      if (!this.views.has(block.id)) this.views.set(block.id, new BlockView(this, block.id));
      const suggestions = open.filter((one) => one.block === block.id);
      block.suggested = suggestions.length;
      this.views.get(block.id).update(block, { name: names.get(block.id), entry: this.queue.standing(block.id), suggestions });
    }
    this.keepEditedBlock(ids);
  }

  /** A block that somebody deleted while it was open here, with nothing changed yet, stands until it is left. */
  keepEditedBlock(ids) {
    for (const [id, view] of this.views) {
      if (ids.has(id)) continue;
      const at = [...this.rows.querySelectorAll(".block")].indexOf(view.element);
      this.list.splice(Math.max(0, at), 0, { ...view.block, gone: true });
    }
  }

  showRows() {
    const expected = this.state.job?.kind === "draft" ? ((this.state.budget ?? 0) * 0.7) / LINE_WORDS : 0;
    const title = titleIn(this.list);
    const shown = this.list.filter((block) => block !== title);
    const rows = rowsOf(shown, expected).map((row) => this.steady(row, expected));
    const seen = new Set();
    place(this, this.rows, rows.map((row) => this.holder(row.key, `row ${row.zone} n${row.columns.length}`, seen)));
    for (const row of rows) {
      const columns = row.columns.map((_, i) => this.holder(`${row.key}.${i}`, "column", seen));
      place(this, this.holders.get(row.key), columns);
      row.columns.forEach((sections, i) => this.showSections(columns[i], sections, row, seen));
    }
    const lead = rows[0]?.zone === "lead" ? this.holders.get(rows[0].key) : null;
    if (lead && this.glance.parentNode !== lead) lead.append(this.glance);
    if (!lead) this.glance.remove();
    for (const [key, element] of this.holders) if (!seen.has(key)) { element.remove(); this.holders.delete(key); }
  }

  showSections(column, sections, row, seen) {
    const cells = sections.flatMap((section) => this.cellsOf(section, seen));
    place(this, column, cells.map((cell) => cell.element));
    for (const { element, content } of cells) place(this, element, content);
  }

  /** A section and what is missing in it; in the band a missing part has a place of its own. */
  cellsOf(section, seen) {
    const name = `section part-${section.part}${section.isTitle ? " title-only" : ""}`;
    const element = this.holder(`s-${section.blocks[0].id}`, name, seen);
    const stands = (block) => [this.views.get(block.id).element, ...this.promptsAfter(block.id, seen)];
    const content = section.blocks.flatMap(stands);
    if (section.zone !== "band") return [{ element, content }];
    const prompts = content.filter((one) => one.classList.contains("missing"));
    const alone = prompts.map((prompt) => ({ element: this.holder(`c-${prompt.dataset.part}`, "section", seen), content: [prompt] }));
    return [{ element, content: content.filter((one) => !prompts.includes(one)) }, ...alone];
  }

  holder(key, name, seen) {
    if (!this.holders.has(key)) this.holders.set(key, make("div"));
    seen.add(key);
    const element = this.holders.get(key);
    if (element.className !== name) element.className = name;
    return element;
  }

  /** The columns stay as they are cut, as long as the same sections stand in them or somebody writes. */
  steady(row, expected) {
    if (row.zone !== "cols") return row;
    const { sections } = row;
    const shape = sections.map((section) => section.blocks[0].id).join() + (expected ? "+" : "");
    const old = this.cuts.get(row.key);
    const isWriting = [...this.views.values()].some((view) => view.isEditing);
    const isThere = old && (!old.right || sections.some((section) => section.blocks.some((one) => one.id === old.right)));
    const stays = isThere && (old.shape === shape || (isWriting && old.right));
    const columns = stays ? cutAt(sections, old.right) : row.columns;
    this.cuts.set(row.key, { shape, right: columns[1]?.[0]?.blocks[0].id });
    return { ...row, columns };
  }

  // --- writing and leaving ---------------------------------------------------------------------------------------------------

  opened(view) {
    Sheet.last = this;
    view.element.classList.add("editing");
    this.tell("focus", view.id);
  }

  closed(view) {
    const draft = this.draftOf(view.id);
    if (draft && this.holding !== view.id) this.queue.forget(draft);
    this.queue.flush();
    this.render();
  }

  /** Ctrl+Z outside of a text field undoes on the page, Ctrl+Shift+Z or Ctrl+Y does it again; inside, the browser does. */
  press(event) {
    const key = event.key.toLowerCase();
    const isUndo = key === "z" && (event.ctrlKey || event.metaKey);
    if (!isUndo && !(key === "y" && event.ctrlKey)) return;
    const active = this.root.activeElement;
    const isOurs = active ? !/^(TEXTAREA|INPUT)$/.test(active.tagName) : document.activeElement === document.body && Sheet.last === this;
    if (!isOurs) return;
    Sheet.last = this; // what had the focus may go
    event.preventDefault();
    if (isUndo && !event.shiftKey) this.undo();
    else this.redo();
  }

  end() {
    this.isEnded = true;
    this.live.end();
    this.popover.end();
    this.wayBack.end();
    clearTimeout(this.retry);
    document.removeEventListener("keydown", this.onKey);
    Object.assign(this.queue, { changed: () => {}, saved: () => {}, acknowledged: undefined });
    this.queue.flush();
    this.element.remove();
  }
}

Object.assign(Sheet.prototype, ACTS, PLACES, AROUND);
