// What stands on the sheet beside its blocks: what is missing, the best outcome at a glance, what is being typed out.

const AROUND = {
  /** What is missing is said where it would stand. */
  promptsAfter(id, seen) {
    const last = this.list.at(-1)?.id;
    const known = new Set(this.list.map((block) => block.id));
    const missing = (this.state.missing ?? []).filter((one) => (known.has(one.after) ? one.after : last) === id);
    const isThere = (part) => this.list.some((block) => block.part === part && block.kind !== "heading");
    return missing.filter((one) => !this.state.job && !isThere(one.part)).map((one) => this.prompt(one, id, seen));
  },

  prompt(missing, after, seen) {
    const element = this.holder(`m-${missing.part}`, "missing", seen);
    const shape = JSON.stringify([missing, after, this.isReadonly, this.canRedraft]);
    if (element.dataset.shape === shape) return element;
    element.dataset.shape = shape;
    element.dataset.part = missing.part;
    const acts = this.isReadonly ? null : make("span", { class: "acts" },
      button("Write it", () => this.writeMissing({ part: missing.part, after }), { "aria-label": `Write it: ${missing.say}` }),
      this.canRedraft && button("Draft it", () => this.redraft({ block: "", part: missing.part, direction: "", keep: true }), {
        "aria-label": `Draft it: ${missing.say}`,
      }));
    element.setAttribute("role", "note");
    element.replaceChildren(...[make("span", { text: missing.say }), acts].filter(Boolean));
    return element;
  },

  /** The best outcome at a glance, right below what decides the meeting. */
  showGlance() {
    this.best = this.list.find((block) => block.part === "best" && block.kind !== "heading");
    this.glance.hidden = !this.best;
    if (!this.best) return;
    const said = this.best.text.replace(/^[\s>*_-]*best(?: outcome)?:?[*_]*:?\s*/i, "").replace(/^- /, "");
    const words = make("span");
    inline(words, sourceOf(bodyOf(this.best.kind, said).replaceAll("\n", " ")), []);
    this.glance.replaceChildren(make("b", { text: "Best outcome " }), words);
  },

  showTyping() {
    const { stage, text } = this.state.streaming ?? {};
    const isOn = isTypedOut(this.state.job, stage) && text?.trim();
    if (!isOn) { this.typing.remove(); return; }
    const kind = kindOf(text);
    this.typing.className = `typing block ${kind}`;
    this.typing.replaceChildren(make("div", { class: "body", "data-mark": kind === "item" ? "•" : null }, rendered(kind, text)));
    const title = titleIn(this.list);
    const last = this.list.filter((block) => block !== title).at(-1);
    const home = last ? this.views.get(last.id).element.parentNode : this.rows;
    if (this.typing.parentNode !== home || this.typing.nextSibling) home.append(this.typing);
  },

  showNothing() {
    const isEmpty = !this.list.length && !this.state.worked_out && !this.state.streaming?.text;
    this.nothing.hidden = !isEmpty;
    if (!isEmpty || this.nothing.dataset.for === String(this.isReadonly) + Boolean(this.state.job)) return;
    this.nothing.dataset.for = String(this.isReadonly) + Boolean(this.state.job);
    const todo = this.isReadonly ? "" : " Draft it from the notes, or begin to write.";
    const say = this.state.job ? "The page appears here as it is written." : `Nothing on the page yet.${todo}`;
    const begin = button("Begin to write", () => this.addBelow("", { kind: "text" }));
    this.nothing.replaceChildren(make("p", { text: say }), ...(this.isReadonly || this.state.job ? [] : [begin]));
  },
};
