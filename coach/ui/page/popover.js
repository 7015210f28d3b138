// The one small window of a page: what a line says, what is wrong with a statement, what can be done with a block.

class Popover {
  constructor() {
    this.element = make("div", { class: "pop", popover: "auto" });
    this.element.addEventListener("keydown", (event) => this.press(event));
    this.element.addEventListener("toggle", (event) => {
      if (event.newState !== "closed") return;
      this.anchor?.setAttribute("aria-expanded", "false");
    });
    this.follow = () => this.isOpen && this.place();
    addEventListener("scroll", this.follow, { capture: true, passive: true });
    addEventListener("resize", this.follow);
  }

  get isOpen() {
    return this.element.matches(":popover-open");
  }

  /** `role`: dialog or menu, with a name. The first thing that can be used gets the focus. */
  open(anchor, { role = "dialog", name, content }) {
    const isSame = this.isOpen && this.anchor === anchor;
    this.close();
    if (isSame) return;
    this.anchor = anchor;
    this.home = anchor.closest(".block");
    this.element.setAttribute("role", role);
    this.element.setAttribute("aria-label", name);
    this.element.className = `pop ${role}`;
    this.element.replaceChildren(...content);
    this.element.showPopover();
    anchor.setAttribute("aria-expanded", "true");
    this.place();
    (this.element.querySelector("textarea, input, [role=menuitem], button") ?? this.element).focus({ preventScroll: true });
  }

  /** What it was opened from may have been drawn again since: the rules look at a page a moment after it was saved. */
  findAnchor() {
    if (this.anchor.isConnected || !this.home?.isConnected) return;
    const name = CSS.escape(this.anchor.getAttribute("aria-label") ?? "");
    this.anchor = this.home.querySelector(`[aria-label="${name}"]`) ?? this.home.querySelector(".shown");
    this.anchor.setAttribute("aria-expanded", "true");
  }

  place() {
    this.findAnchor();
    if (!this.anchor.isConnected) { this.close(); return; }
    Object.assign(this.element.style, { left: "0", top: "0" }); // measured where it has room
    const by = this.anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = by.bottom + 4 + height <= innerHeight || by.top < height + 8;
    this.element.style.left = `${Math.max(8, Math.min(by.left, innerWidth - width - 8))}px`;
    this.element.style.top = `${below ? Math.min(by.bottom + 4, Math.max(8, innerHeight - height - 8)) : by.top - height - 4}px`;
  }

  press(event) {
    const isMenu = this.element.getAttribute("role") === "menu";
    if (event.key === "Escape" || (event.key === "Tab" && isMenu)) {
      if (event.key === "Escape") event.preventDefault();
      event.stopPropagation();
      this.close();
      this.findAnchor();
      this.anchor?.focus({ preventScroll: true });
      return;
    }
    if (!isMenu) return;
    const items = [...this.element.querySelectorAll("[role=menuitem]")];
    const here = items.indexOf(this.element.getRootNode().activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items.at(to % items.length)?.focus({ preventScroll: true });
  }

  close() {
    if (this.isOpen) this.element.hidePopover();
  }

  end() {
    removeEventListener("scroll", this.follow, { capture: true });
    removeEventListener("resize", this.follow);
  }
}

function lineCard(label, line) {
  if (!line) return make("div", { class: "line-card" }, make("b", { text: label }), make("p", { text: "This line is not in the notes." }));
  const whose = [VOICES[line.voice], line.speaker, line.source].filter(Boolean).join(" · ");
  return div("line-card", make("p", { class: "whose" }, make("b", { text: label }), ` ${whose}`), make("p", { text: line.text }));
}
