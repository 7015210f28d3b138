// The line at the foot of the page: saved or not, words against the budget, undo, sources.

const STATUS = {
  saved: "Saved", saving: "Saving…", clash: "Clash: choose which words stay", refused: "Not saved: see the marked block",
  offline: "Not saved: no connection, kept here", server: "Not saved: the server has trouble, kept here",
  "signed out": "Not saved: your sign-in has run out. Reload the page; your words are kept here",
  lost: "Not saved: this plan is no longer there. Your words are kept here",
};
const SAID_FOR_MS = 9000;

class Bar {
  constructor(sheet) {
    this.sheet = sheet;
    this.status = make("span", { class: "status", role: "status", "aria-live": "polite" });
    this.said = make("span", { class: "said", role: "status", "aria-live": "polite" });
    this.count = make("span");
    this.unit = make("span", { class: "unit" });
    this.more = make("span");
    this.fits = make("span", { class: "fits" });
    this.words = make("span", { class: "budget" }, this.count, this.unit, this.more, this.fits);
    this.show = button("Show it", () => sheet.showBlock(sheet.queue.standingFirst), { hidden: true });
    this.undo = withSign("↩", "Undo", () => sheet.undo(), { title: "Undo your last change (Ctrl+Z)", "aria-keyshortcuts": "Control+Z" });
    this.redo = withSign("↪", "Redo", () => sheet.redo(), { title: "Bring back what you have just undone (Ctrl+Shift+Z)", "aria-keyshortcuts": "Control+Shift+Z Control+Y" });
    this.sources = button("", () => this.toggleSources(), { "aria-pressed": "false" });
    this.nameSources("Show");
    this.panel = button("Coach", () => sheet.wayBack.leave(), { class: "to-panel", "aria-label": "Coach, worked out, notes and history: below the page" });
    const right = div("bar-right", this.words, this.undo, this.redo, this.sources, this.panel);
    this.element = div("bar", div("bar-left", this.status, this.show, this.said), right);
    this.element.hidden = true;
  }

  update() {
    const { sheet } = this;
    const { status } = sheet.queue;
    const isOut = sheet.isOffline && (status === "saved" || status === "saving");
    let text = isOut && status === "saved" ? "No connection. What you write is kept here" : STATUS[isOut ? "offline" : status];
    if (!sheet.queue.isStored) text = text.replace(/kept here/, "kept while this tab is open");
    setText(this.status, sheet.isReadonly ? "Read only" : text);
    this.status.dataset.state = isOut ? "offline" : status;
    this.show.hidden = !sheet.queue.standingFirst;
    const isEmpty = !sheet.list.length;
    this.undo.hidden = this.redo.hidden = sheet.isReadonly || (isEmpty && !sheet.state?.revision);
    this.sources.hidden = this.words.hidden = isEmpty;
    this.element.hidden = !sheet.state;
    this.panel.hidden = !document.querySelector(PANEL);
    this.showBudget();
  }

  showBudget() {
    const { words, budget, pages } = this.sheet.size();
    const over = budget ? words - budget : 0;
    const isLong = pages > 1.02 || over > 0;
    let text = budget ? "" : plural(words, "word");
    if (pages > 1.02) text += ` · over one page: cut ${over > 0 ? `about ${plural(over, "word")}` : "a little"}, or it prints small`;
    else if (over > 0) text += ` · ${plural(over, "word")} over`;
    setText(this.fits, isLong || !words ? "" : " · one page");
    setText(this.count, `${isLong ? "▲ " : ""}${budget ? `${words} of ${budget}` : text}`);
    setText(this.unit, budget ? " words" : "");
    setText(this.more, budget ? text : "");
    this.words.classList.toggle("over", isLong);
  }

  /** Something that happened, and what can be done about it for a while. */
  say(text, act, doIt) {
    clearTimeout(this.timer);
    this.said.replaceChildren(text, ...(act ? [" ", button(act, () => { this.hush(); doIt(); })] : []));
    this.timer = setTimeout(() => this.hush(), SAID_FOR_MS);
  }

  hush() {
    this.said.replaceChildren();
  }

  toggleSources() {
    const isOn = this.sheet.element.classList.toggle("with-sources");
    this.sources.setAttribute("aria-pressed", String(isOn));
    this.nameSources(isOn ? "Hide" : "Show");
  }

  /** On a narrow screen “Sources” alone is seen, and pressed or not. */
  nameSources(act) {
    this.sources.replaceChildren(make("span", { class: "act", text: `${act} ` }), make("span", { text: "sources" }));
  }
}

/** A word, in whose place a sign is seen on a narrow screen. */
function withSign(sign, word, act, given) {
  const made = button("", act, given);
  made.append(make("span", { class: "sign", "aria-hidden": "true", text: `${sign}\ufe0e` }), make("span", { class: "unit", text: word }));
  return made;
}
