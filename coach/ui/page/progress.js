// What is going on while the coach writes: the stage, the groundwork as it comes, what the better version changed.

const MARKS_OF_MARKDOWN = /[#*_>|]+|-{3,}|^\s*-\s/gm;
const LABELS_BEHIND = /\s*\[[LFP]\d+(?:[\s,]+[LFP]\d+)*\]?$/; // its lines are shown with it once all of it is there

class Progress {
  constructor(sheet) {
    this.sheet = sheet;
    this.stage = make("b", { role: "status", "aria-live": "polite" });
    this.preview = make("span", { class: "preview", "aria-hidden": "true" });
    this.cancel = button("Cancel", () => sheet.cancelJob());
    const bar = make("div", { class: "moving", role: "progressbar", "aria-label": "The coach is working" });
    this.line = div("progress", div("progress-line", this.stage, this.preview, this.cancel), bar);
    this.failed = make("div", { class: "failed", role: "alert", hidden: true });
    this.changes = make("details", { class: "changes", hidden: true });
    this.groundwork = div("groundwork", make("h2", { text: "Worked out from your notes" }), div("lines-out"));
    this.line.hidden = this.groundwork.hidden = true;
    this.element = make("div", { class: "going-on" }, this.line, this.failed, this.changes, this.groundwork);
    this.rows = [];
  }

  update() {
    const { state, isReadonly } = this.sheet;
    const { job } = state;
    this.line.hidden = !job;
    setText(this.stage, job ? `${stageName(job)}…` : "");
    this.cancel.hidden = isReadonly;
    const { stage, text } = state.streaming ?? {};
    const tells = job && text && !isTypedOut(job, stage) ? text.replace(MARKS_OF_MARKDOWN, " ").trim().slice(-160) : "";
    setText(this.preview, tells && `\u200e${tells}\u200e`); // its box is cut at the left, its signs stand as written
    this.showGroundwork();
    this.showChanges(state.changes ?? []);
  }

  fail(error) {
    this.failed.hidden = !error;
    const close = button("Close", () => this.fail(""));
    this.failed.replaceChildren(...(error ? [make("span", { text: error }), close] : []));
  }

  /** Line by line, so that what has been read stands still while the rest comes. */
  showGroundwork() {
    const { state } = this.sheet;
    const text = state.worked_out ?? "";
    this.groundwork.hidden = !text || state.blocks.length > 0;
    if (this.groundwork.hidden) return;
    const lines = text.split("\n").filter((line) => !/^[\s#]*$/.test(line)); // of a heading that comes, the words first
    const box = this.groundwork.lastChild;
    lines.forEach((line, i) => {
      if (this.rows[i]?.line === line) return;
      const kind = kindOf(line);
      const said = line.trim().replace(LABELS_BEHIND, "");
      const row = div(`block ${kind}`, make("div", { class: "body", "data-mark": kind === "item" ? "•" : null }, rendered(kind, said)));
      if (this.rows[i]) this.rows[i].row.replaceWith(row);
      else box.append(row);
      this.rows[i] = { line, row };
    });
    for (const { row } of this.rows.splice(lines.length)) row.remove();
  }

  showChanges(changes) {
    const shape = JSON.stringify(changes);
    this.changes.hidden = !changes.length || shape === this.seen;
    if (this.changes.hidden || shape === this.shape) return;
    this.shape = shape;
    const items = changes.map(({ old, new: now }) => {
      const li = make("li");
      if (old) li.append(make("del", {}, hidden("Before: "), rendered(kindOf(old), old)));
      if (now) li.append(make("ins", {}, hidden(" Now: "), rendered(kindOf(now), now)));
      return li;
    });
    const close = button("Close", () => { this.seen = shape; this.changes.hidden = true; });
    const title = make("summary", { text: `The better version changed ${plural(changes.length, "place")}` });
    this.changes.replaceChildren(title, make("ul", {}, ...items), close);
  }
}

/** A first page is typed out where it will stand; of a page or block written again nobody knows yet where it goes. */
function isTypedOut(job, stage) {
  return job?.kind === "draft" && stage === "page";
}
