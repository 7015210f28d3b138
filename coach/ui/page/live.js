// Hears from the server that something changed. A browser has six connections for a host: a hidden tab has no stream,
// and of all visible ones of this browser only a few have; the others ask now and then, until one of these is free.

const STREAMS = 3;
const ASK_EVERY_MS = 3000;
const SIGN_EVERY_MS = 2000; // a tab that holds a stream says so anew
const GONE_AFTER_MS = 7000; // three signs missed
const CLAIM_MS = 80; // two tabs that want the same stream at once see each other's claim within it

class Live {
  constructor(where, heard) {
    this.where = where;
    this.heard = heard;
    this.failures = 0;
    this.look = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("visibilitychange", this.look);
    this.goes = () => this.close();
    addEventListener("pagehide", this.goes);
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
    const leave = await oneOfFew(() => { this.close(); this.ask(); });
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
    removeEventListener("pagehide", this.goes);
    removeEventListener("pageshow", this.look);
    removeEventListener("online", this.look);
  }
}

/** One of the few streams that the tabs of this browser share: how to leave it; null where all are taken.
 *  `lost`: another tab has it, since this one was asleep. */
async function oneOfFew(lost) {
  for (let i = 0; i < STREAMS; i++) {
    const leave = await (navigator.locks ? locked(`coach live ${i}`) : signed(`coach live ${i}`, lost));
    if (leave) return leave;
  }
  return null;
}

function locked(name) {
  return new Promise((resolve) => {
    const held = (lock) => (lock ? new Promise((done) => resolve(done)) : resolve(null));
    navigator.locks.request(name, { ifAvailable: true }, held).catch(() => resolve(() => {}));
  });
}

/** On plain http a browser has no locks but on localhost: whoever holds one says so in its storage, again and again. */
async function signed(name, lost) {
  const me = newId("s");
  const isMine = () => signOf(name).who === me;
  const isFree = () => Math.abs(Date.now() - signOf(name).at) > GONE_AFTER_MS;
  try {
    if (!isFree()) return null;
    localStorage.setItem(name, JSON.stringify({ who: me, at: Date.now() }));
    await new Promise((resolve) => { setTimeout(resolve, CLAIM_MS * (1 + Math.random())); });
    if (!isMine()) return null;
  } catch {
    return () => {}; // no storage: alone, as far as this tab knows
  }
  const signing = setInterval(() => {
    if (!isMine()) { clearInterval(signing); lost(); }
    else localStorage.setItem(name, JSON.stringify({ who: me, at: Date.now() }));
  }, SIGN_EVERY_MS);
  return () => { clearInterval(signing); if (isMine()) localStorage.removeItem(name); };
}

function signOf(name) {
  const { who = "", at = 0 } = readJson(localStorage.getItem(name));
  return { who, at };
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
