// The panel that stands beside the page, and on a narrow screen far below it: one tap there, one tap back.

const PANEL = ".st-key-panel"; // as coach/ui/plan.py and shared.py name it
const READ_BELOW = "-70% 0px 0px"; // a page that ends above has the panel below it on most of the window

/** A bar at the foot of the window while the panel is read, where the page stands above it. */
class WayBack {
  constructor(sheet) {
    this.sheet = sheet;
    this.element = make("div", { class: "way-back", hidden: true }, button("↑ Back to the page", () => this.go(), { "aria-label": "Back to the page" }));
    const look = ([one]) => { this.element.hidden = one.isIntersecting || one.boundingClientRect.top > 0 || !document.querySelector(PANEL); };
    this.seen = new IntersectionObserver(look, { rootMargin: READ_BELOW });
    this.seen.observe(sheet.element);
  }

  /** To the panel, from wherever the page is being read. */
  leave() {
    const panel = document.querySelector(PANEL);
    if (!panel) return;
    this.leftAt = scrollerOf(this.sheet.element).scrollTop;
    panel.scrollIntoView({ block: "start" });
    panel.querySelector("button, a[href], input, summary")?.focus({ preventScroll: true });
  }

  /** Where the page was left, else where it begins. */
  go() {
    if (this.leftAt === undefined) this.sheet.element.scrollIntoView({ block: "start" });
    else scrollerOf(this.sheet.element).scrollTop = this.leftAt;
    this.leftAt = undefined;
    this.sheet.bar.panel.focus({ preventScroll: true });
  }

  end() {
    this.seen.disconnect();
    this.element.remove();
  }
}
