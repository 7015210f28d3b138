// Where things are on the sheet and how long it is: words and pages, marks, focus, and a window that does not jump.

const WRONG_SUM = /” counts [-\d.,]+$/; // as coach.grounding says it; days are counted `(1 Dec to 3 Dec)`
const GLIDES = { duration: 240, easing: "ease-out" };
const GLIDES_FROM = 8; // pixels; less is no move
const ON_HER_WORD = /: it rests on your word alone$/; // as coach.own_words says it

const PLACES = {
  /** Words and pages: the server's, and what was typed since. */
  size() {
    const state = this.state ?? {};
    const live = withEdits(state.blocks ?? [], this.queue.entries);
    const count = (blocks) => blocks.reduce((sum, block) => sum + wordsIn(block.text), 0);
    const words = Math.max(0, (state.words ?? 0) + count(live) - count(state.blocks ?? []));
    return { words, budget: state.budget ?? 0, pages: state.words ? ((state.pages ?? 1) * words) / state.words : 1 };
  },

  findingsOf(id) {
    return (this.state?.findings ?? []).filter((one) => one.block === id && one.gravity !== "hint");
  },

  /** The gravest thing that is wrong with a block, and all that was found in it; null: nothing. */
  markOf(block) {
    const status = block.check?.status;
    const found = this.findingsOf(block.id);
    const isSum = (block.check?.problems ?? []).some((problem) => WRONG_SUM.test(problem));
    const isOwn = status === "unverified" && block.check.problems.length > 0 && block.check.problems.every((problem) => ON_HER_WORD.test(problem));
    const claims = { sum: isSum, contradicted: status === "contradicted", confidential: !!block.confidential, own: isOwn && !this.isReadonly, unverified: status === "unverified", found: found.length };
    const kind = Object.keys(claims).find((one) => claims[one]);
    if (!kind) return null;
    const said = new Set([...(block.check?.problems ?? []), ...found.map((one) => one.why)]);
    if (block.confidential) said.add("Told in confidence: keep it from the customer’s eyes and ears.");
    return { kind, ...MARKS[kind], problems: said.size ? [...said] : [`${MARKS[kind].say} in the notes`] };
  },

  neighbour(id, step) {
    const shown = this.list.filter((block) => this.views.get(block.id)?.element.isConnected);
    return shown[shown.findIndex((block) => block.id === id) + step]?.id;
  },

  focusBlock(id) {
    const shown = this.views.get(id)?.shown;
    shown?.focus({ preventScroll: true });
    shown?.scrollIntoView({ block: "nearest" });
  },

  editBlock(id, options) {
    const view = this.views.get(id);
    view?.edit(options);
    view?.element.scrollIntoView({ block: "nearest" });
  },

  showBlock(id) {
    const name = String(id ?? "").split("#")[0];
    const element = this.views.get(name)?.element ?? this.element.querySelector(`[data-suggestion="${CSS.escape(name)}"]`);
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    element.classList.remove("flash");
    requestAnimationFrame(() => element.classList.add("flash"));
  },

  /** Whatever changes above: what the rep writes or reads stays where it is in the window. */
  keepPlace(work) {
    const anchor = this.anchor();
    const before = anchor?.getBoundingClientRect().top;
    work();
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) > 0.5) scrollerOf(this.element).scrollTop += moved;
  },

  whereBlocksStand() {
    return new Map([...this.views].map(([id, view]) => [id, view.element.getBoundingClientRect()]));
  },

  /** What has found another place glides there, so that the eye can follow; not what is being written. */
  moveSoftly(before) {
    if (!before.size || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [id, view] of this.views) {
      const old = before.get(id);
      view.glide?.cancel();
      if (!old?.height || view.isEditing) continue;
      const now = view.element.getBoundingClientRect();
      const [x, y] = [old.left - now.left, old.top - now.top];
      if (Math.hypot(x, y) >= GLIDES_FROM) view.glide = view.element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], GLIDES);
    }
  },

  anchor() {
    const active = this.root.activeElement?.closest?.(".block");
    if (active) return active;
    if (scrollerOf(this.element).scrollTop < 1) return null;
    return [...this.rows.querySelectorAll(".block")].find((element) => element.getBoundingClientRect().top >= 0);
  },
};
