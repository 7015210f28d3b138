// The clock: started and stopped by a button, drawn four times a second, read out only when it stops.

const clocks = new WeakMap();

function shown(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function element(name, props = {}, ...children) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
}

class Clock {
  constructor(root) {
    this.ran = 0;
    this.time = element("div", { className: "time", textContent: "0:00" });
    this.time.setAttribute("role", "timer");
    this.time.setAttribute("aria-label", "Time spoken");
    this.say = element("div", { className: "say" });
    this.say.setAttribute("role", "status");
    this.fill = element("i");
    this.toggle = element("button", { type: "button", className: "main", textContent: "Start", onclick: () => this.press() });
    this.again = element("button", { type: "button", textContent: "From the start", onclick: () => this.reset(), hidden: true });
    const bar = element("div", { className: "bar" }, this.fill);
    bar.setAttribute("aria-hidden", "true");
    this.box = element("div", { className: "clock" }, this.time, this.toggle, this.again, bar, this.say);
    root.append(this.box);
  }

  update({ data }) {
    this.target = data.target;
    this.draw();
    if (!this.since && !this.ran) this.say.textContent = `Spoken calmly, it takes ${shown(this.target)}.`;
  }

  get seconds() {
    return this.ran + (this.since ? (performance.now() - this.since) / 1000 : 0);
  }

  press() {
    if (this.since) this.stop();
    else this.start();
  }

  start() {
    this.since = performance.now();
    this.toggle.textContent = "Stop";
    this.again.hidden = true;
    this.say.textContent = "";
    this.ticking = setInterval(() => this.draw(), 250);
  }

  stop() {
    this.ran = this.seconds;
    this.since = 0;
    clearInterval(this.ticking);
    this.toggle.textContent = "Go on";
    this.again.hidden = false;
    const over = Math.round(this.ran - this.target);
    const verdict = Math.abs(over) <= 5 ? "as written" : over > 0 ? `${over} s longer than the words need` : `${-over} s quicker than the words need`;
    this.say.textContent = `${shown(this.ran)}: ${verdict}.`;
    this.draw();
  }

  reset() {
    this.ran = 0;
    this.toggle.textContent = "Start";
    this.again.hidden = true;
    this.say.textContent = `Spoken calmly, it takes ${shown(this.target)}.`;
    this.draw();
    this.toggle.focus();
  }

  draw() {
    this.time.textContent = shown(this.seconds);
    this.fill.style.width = `${Math.min(100, (100 * this.seconds) / Math.max(1, this.target))}%`;
    this.box.classList.toggle("over", this.seconds > this.target);
  }

  end() {
    clearInterval(this.ticking);
    this.box.remove();
  }
}

export default function (component) {
  const root = component.parentElement;
  if (!clocks.has(root)) clocks.set(root, new Clock(root));
  clocks.get(root).update(component);
  return () => {
    clocks.get(root)?.end();
    clocks.delete(root);
  };
}
