// Hears from the server that something changed. A browser has six connections for a host: a hidden tab has no stream,
// and of all visible ones of this browser only a few have; the others ask now and then, until one of these is free.

const STREAMS = 3;
const ASK_EVERY_MS = 3000;

class Live {
  constructor(where, heard) {
    this.where = where;
    this.heard = heard;
    this.failures = 0;
    this.look = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("visibilitychange", this.look);
    addEventListener("pageshow", this.look);
    addEventListener("online", this.look);
  }

  get isWanted() {
    return !document.hidden && !this.isEnded && !this.source;
  }

  async open() {
    if (!this.isWanted || this.isOpening) return;
    this.isOpening = true;
    clearTimeout(this.asking);
    const leave = await oneOfFew();
    this.isOpening = false;
    if (!this.isWanted) { leave?.(); return; }
    if (leave) this.stream(leave);
    else this.ask();
  }

  /** At first soon: the tab that has just been left may still hold a stream. */
  ask() {
    this.asking = setTimeout(() => { this.heard("change", {}); this.open(); }, this.hasAsked ? ASK_EVERY_MS : ASK_EVERY_MS / 10);
    this.hasAsked = true;
  }

  stream(leave) {
    const { base, plan, token } = this.where;
    this.leave = leave;
    this.hasAsked = false;
    this.source = new EventSource(`${base}/api/plans/${encodeURIComponent(plan)}/live?token=${encodeURIComponent(token)}`);
    this.source.onopen = () => { this.failures = 0; this.heard("change", {}); };
    this.source.onerror = () => this.again();
    for (const name of ["change", "text", "stage", "ended"]) {
      this.source.addEventListener(name, (event) => this.heard(name, readJson(event.data)));
    }
  }

  again() {
    this.close();
    this.failures += 1;
    const wait = Math.min(15000, 500 * 2 ** Math.min(this.failures, 6)) * (0.8 + Math.random() * 0.4);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.heard("change", {}); this.open(); }, wait);
  }

  close() {
    clearTimeout(this.asking);
    this.source?.close();
    this.source = undefined;
    this.leave?.();
    this.leave = undefined;
  }

  end() {
    this.isEnded = true;
    this.close();
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.look);
    removeEventListener("pageshow", this.look);
    removeEventListener("online", this.look);
  }
}

/** One of the few streams that the tabs of this browser share: how to leave it; null where all are taken. */
async function oneOfFew() {
  if (!navigator.locks) return () => {};
  for (let i = 0; i < STREAMS; i++) {
    const leave = await new Promise((resolve) => {
      const held = (lock) => (lock ? new Promise((done) => resolve(done)) : resolve(null));
      navigator.locks.request(`coach live ${i}`, { ifAvailable: true }, held).catch(() => resolve(() => {}));
    });
    if (leave) return leave;
  }
  return null;
}

function readJson(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Where the app itself is served from: Streamlit may stand below a path of its own. */
function originOfApp() {
  const asset = document.querySelector('script[src*="/static/"], link[href*="/static/"]');
  const at = asset && new URL(asset.src ?? asset.href, document.baseURI);
  const path = at ? at.pathname.slice(0, at.pathname.indexOf("/static/")) : new URL(".", location.href).pathname.replace(/\/$/, "");
  return location.origin + path;
}
