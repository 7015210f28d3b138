// A suggested change: its words stand in the block as a tracked change; this is the bar beneath with what to do.

/** Where a suggestion's old words stand in a text; null when they are no longer there. */
function changeOf(suggestion, text) {
  const from = suggestion.old ? text.indexOf(suggestion.old) : -1;
  if (from < 0) return null;
  return { id: suggestion.id, from, to: from + suggestion.old.length, words: suggestion.new };
}

class SuggestionBar {
  constructor(sheet, suggestion) {
    this.sheet = sheet;
    this.suggestion = suggestion;
    this.element = make("div", { class: "suggestion", role: "group", "data-suggestion": suggestion.id });
  }

  update(suggestion, { isFound, name }) {
    const shape = JSON.stringify([suggestion, isFound, name, this.sheet.isReadonly]);
    if (shape === this.shape || this.isEditing) return;
    this.shape = shape;
    this.suggestion = suggestion;
    this.isFound = isFound;
    this.element.setAttribute("aria-label", `Suggested change to ${name}`);
    this.draw();
  }

  draw() {
    const { suggestion, isFound } = this;
    const isDoubtful = suggestion.check?.status === "unverified" || suggestion.check?.status === "contradicted";
    const why = make("p", { class: "why" }, suggestion.why);
    const lines = (suggestion.lines ?? []).map((label) => this.sheet.chip(label));
    why.append(...lines.flatMap((chip) => [" ", chip]));
    const content = [why];
    if (!isFound) content.unshift(this.stale());
    const doubt = suggestion.check?.problems?.[0] ?? "Brings in something its lines do not say.";
    if (isDoubtful) content.push(make("p", { class: "doubt", text: `△ ${doubt}` }));
    if (!this.sheet.isReadonly) content.push(this.buttons());
    this.element.replaceChildren(...content);
  }

  stale() {
    const said = make("b", { text: "Its words have changed since. " });
    const words = this.suggestion.new;
    if (kindOf(words) === "table") return make("div", { class: "stale" }, said, "Suggested instead:", rendered("table", words));
    return make("p", { class: "stale" }, said, "Suggested instead: ", make("q", { text: words }));
  }

  buttons() {
    const act = (action, more) => () => this.sheet.decide(this.suggestion, { action, ...more });
    return make("div", { class: "acts" },
      this.isFound && button("Accept", act("accept"), { class: "main" }),
      this.isFound && button("Edit", () => this.edit()),
      button("Dismiss", act("dismiss")));
  }

  edit() {
    this.isEditing = true;
    const field = make("textarea", { class: "editor boxed", rows: 1, maxlength: LONGEST_BLOCK, "aria-label": "Your words instead" });
    field.value = this.suggestion.new;
    field.addEventListener("input", () => fit(field));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); this.stop(); }
    });
    const use = button("Use these words", () => {
      this.isEditing = false;
      this.sheet.decide(this.suggestion, { action: "edit", text: field.value });
    }, { class: "main" });
    this.element.replaceChildren(field, make("div", { class: "acts" }, use, button("Cancel", () => this.stop())));
    fit(field);
    field.focus({ preventScroll: true });
  }

  stop() {
    this.isEditing = false;
    this.draw();
    this.element.querySelector("button")?.focus({ preventScroll: true });
  }
}
