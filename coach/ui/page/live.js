// Hears from the server that something changed. Closed while the tab is hidden: a host has six connections to give.

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

  get isOpen() {
    return this.source?.readyState === EventSource.OPEN;
  }

  open() {
    if (this.source || document.hidden || this.isEnded) return;
    const { base, plan, token } = this.where;
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
    this.source?.close();
    this.source = undefined;
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
