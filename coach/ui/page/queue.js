// Edits on their way to the server. Each is kept in this browser until the server has acknowledged it: over a reload,
// a restart of the server, a train without network. One request at a time; the edits of one block go one after another.

const TYPING_PAUSE_MS = 400;
const LONGEST_UNSENT_MS = 2000; // for who types without a pause
const LONGEST_WAIT_MS = 15000;
const LARGEST_BATCH = 120000; // letters; the server takes 200 kB
const KEEPALIVE_LETTERS = 20000; // browsers let 64 kB outlive a page
const TAB = thisTab();
const queues = new Map(); // outlives a component that Streamlit mounts again
navigator.locks?.request(TAB, () => new Promise(() => {})); // held as long as the tab is open

function thisTab() {
  try {
    sessionStorage.coachTab ??= newId("t");
    return sessionStorage.coachTab;
  } catch {
    return newId("t");
  }
}

async function call(where, path, { method = "GET", body } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = { Authorization: `Bearer ${where.token}` };
  if (text) headers["Content-Type"] = "application/json";
  const url = `${where.base}/api/plans/${encodeURIComponent(where.plan)}${path}`;
  const keepalive = Boolean(text) && text.length < KEEPALIVE_LETTERS;
  const response = await fetch(url, { method, headers, body: text, keepalive, cache: "no-store", signal: AbortSignal.timeout(15000) });
  const said = await response.json().catch(() => null);
  if (!response.ok) throw Object.assign(new Error(said?.error ?? `Answer ${response.status}`), { status: response.status, hint: said?.hint });
  if (!said) throw new Error("No answer of ours");
  return said;
}

function queueFor(where) {
  const name = [where.base, where.plan, where.by].join("\n");
  if (!queues.has(name)) queues.set(name, new Queue(where));
  const queue = queues.get(name);
  queue.takeToken(where.token);
  return queue;
}

class Queue {
  constructor(where) {
    this.where = { ...where };
    this.prefix = `coach:${where.plan}:${where.by}:`;
    this.entries = [];
    this.flying = [];
    this.problem = "";
    this.failures = 0;
    this.isAlone = false;
    this.isStored = true;
    this.changed = () => {};
    this.saved = () => {};
    this.revisionOf = () => 0;
    this.waiters = [];
    this.ready = this.takeUp();
    addEventListener("online", () => this.flush());
    addEventListener("pagehide", () => this.sendAll());
    addEventListener("pageshow", () => this.flush());
    document.addEventListener("visibilitychange", () => this.flush());
  }

  // --- kept in the browser -------------------------------------------------------------------------------------------

  /** What a closed or reloaded page left behind; another open tab sends its own. */
  async takeUp() {
    const open = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
    const found = this.read().filter((entry) => entry.tab === TAB || !open.includes(entry.tab));
    const ops = new Set(this.entries.map((entry) => entry.op));
    const left = found.filter((entry) => !ops.has(entry.op)).sort((a, b) => a.n - b.n);
    for (const entry of left) entry.isSent = !entry.state;
    this.entries.unshift(...left);
    this.flush();
  }

  read() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      return keys.map((key) => JSON.parse(localStorage.getItem(key)));
    } catch {
      return [];
    }
  }

  keep(entry) {
    try {
      localStorage.setItem(this.prefix + entry.op, JSON.stringify(entry));
    } catch {
      this.isStored = false;
    }
  }

  forget(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    try {
      localStorage.removeItem(this.prefix + entry.op);
    } catch {
      this.isStored = false;
    }
  }

  // --- what the rep does ----------------------------------------------------------------------------------------------

  ofBlock(block) {
    return this.entries.filter((entry) => entry.block === block);
  }

  /** What the server has never been told. What was sent without an answer may be saved: it has to be asked for again as
   *  it is, and what comes later goes behind it. */
  untold(block) {
    return this.ofBlock(block).filter((entry) => !entry.isSent);
  }

  push(edit) {
    const n = (this.entries.at(-1)?.n ?? 0) + 1;
    const entry = { text: "", kind: "text", part: "", after: "", ...edit, op: newId("e"), n, tab: TAB };
    if (this.ofBlock(edit.block).length) entry.base = null; // known when the one before it is acknowledged
    this.entries.push(entry);
    this.newest = entry.op;
    if (!entry.isDraft) this.keep(entry);
    return entry;
  }

  /** In the place of an edit that was not sent, or not taken. A new text is a new edit: the old name may have been used. */
  replace(entry, changes) {
    const fresh = { ...entry, ...changes, op: newId("e"), tab: TAB, isSent: undefined };
    this.entries[this.entries.indexOf(entry)] = fresh;
    this.newest = fresh.op;
    this.keep(fresh);
    this.forget(entry);
    return fresh;
  }

  /** New words in a block: {block, base, text, kind, part, near}. */
  write(edit) {
    const last = this.ofBlock(edit.block).at(-1);
    const takes = last && !last.isSent && (last.action === "text" || last.action === "insert");
    if (takes && (last.state === "clash" || last.state === "gone")) {
      last.text = edit.text;
      this.keep(last);
      return;
    }
    if (takes) this.replace(last, { text: edit.text, kind: edit.kind, part: edit.part, state: undefined, isDraft: undefined });
    else this.push({ ...edit, action: "text" });
    this.soon();
  }

  /** A new block; without a word in it, it is nobody's business yet (`isDraft`). */
  insert(edit) {
    this.push({ ...edit, action: "insert", base: 0 });
    this.soon();
  }

  remove({ block, base }) {
    const waiting = this.untold(block);
    const isNew = waiting.some((entry) => entry.action === "insert");
    const known = waiting.find((entry) => entry.base !== null)?.base ?? base;
    waiting.forEach((entry) => this.forget(entry));
    if (!isNew) this.push({ block, base: known, action: "delete" });
    this.flush();
  }

  move({ block, base, after }) {
    const waiting = this.untold(block).find((entry) => entry.action === "move");
    if (waiting) this.replace(waiting, { after });
    else this.push({ block, base, after, action: "move" });
    this.flush();
  }

  // --- sending --------------------------------------------------------------------------------------------------------

  soon() {
    this.unsentSince ??= Date.now();
    if (!this.failures) this.schedule(Math.max(1, Math.min(TYPING_PAUSE_MS, this.unsentSince + LONGEST_UNSENT_MS - Date.now())));
    this.changed();
  }

  flush() {
    this.schedule(0);
  }

  schedule(wait) {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!wait) this.send();
    else this.timer = setTimeout(() => { this.timer = undefined; this.send(); }, wait);
  }

  batch() {
    const seen = new Set(), batch = [];
    let size = 0;
    for (const entry of this.entries) {
      if (seen.has(entry.block)) continue;
      seen.add(entry.block);
      if (entry.state || entry.isDraft) continue;
      size += entry.text.length;
      if (batch.length && (this.isAlone || size > LARGEST_BATCH)) break;
      batch.push(entry);
    }
    return batch;
  }

  async send() {
    const batch = this.batch();
    if (this.flying.length || this.isStopped || !batch.length) { this.changed(); return; }
    this.flying = batch;
    this.unsentSince = undefined;
    this.changed();
    try {
      const edits = batch.map((entry) => this.wire(entry));
      const answer = await call(this.where, "/edits", { method: "POST", body: { by: this.where.by, edits } });
      if (!Array.isArray(answer.results)) throw new Error("No results");
      this.settle(batch, answer);
    } catch (error) {
      this.fail(batch, error);
    }
    this.flying = [];
    this.changed();
    if (this.timer === undefined && this.batch().length) this.send();
  }

  /** The page is being left: everything at once, in order; the answer is for nobody, and what stays kept is sent again. */
  sendAll() {
    const edits = this.entries.filter((entry) => !entry.state && !entry.isDraft).map((entry) => this.wire(entry));
    if (!edits.length || this.isStopped) return;
    call(this.where, "/edits", { method: "POST", body: { by: this.where.by, edits } }).catch(() => {});
  }

  /** As the server takes it. The base stays what it was the first time: the same edit must look the same. */
  wire(entry) {
    if (entry.base === null) { entry.base = this.revisionOf(entry.block); this.keep(entry); }
    entry.isSent = true;
    const { op, action, block, base, text, kind, part, after } = entry;
    return { op, action, block, base, text, kind, part, after };
  }

  settle(batch, answer) {
    this.failures = 0;
    this.problem = "";
    this.isAlone = false;
    const results = new Map(answer.results.map((result) => [result.op, result]));
    if (!batch.some((entry) => results.has(entry.op))) throw new Error("No results");
    for (const entry of batch) {
      const result = results.get(entry.op);
      if (result?.result === "saved" || (result && !this.isWorthAsking(entry, result))) this.acknowledge(entry, result);
      else if (result) this.stand(entry, result);
    }
    this.saved(answer.revision);
  }

  /** Nothing is at stake when both wrote the same, or one only moved what the other changed. */
  isWorthAsking(entry, result) {
    if (entry.action === "move" || (entry.action === "delete" && result.result === "gone")) return false;
    return result.result === "gone" || this.ofBlock(entry.block).length > 1 || result.theirs !== entry.text || entry.action === "delete";
  }

  acknowledge(entry, result) {
    this.forget(entry);
    const next = this.ofBlock(entry.block)[0];
    if (next) { next.base = result.revision; this.keep(next); }
    this.acknowledged?.(entry, result);
  }

  /** A clash: the newest words stay, until the rep has chosen. */
  stand(entry, result) {
    const sent = { text: entry.text, base: entry.base };
    for (const later of this.ofBlock(entry.block).slice(1)) {
      if (later.action === "text") entry.text = later.text;
      this.forget(later);
    }
    Object.assign(entry, { state: result.result, theirs: result.theirs, who: result.by, base: result.revision, sent });
    this.keep(entry);
  }

  fail(batch, error) {
    const status = error.status ?? 0;
    if (status === 401 || status === 403 || status === 404) {
      this.isStopped = true;
      this.problem = status === 404 ? "lost" : "signed out";
    } else if ([400, 409, 413, 422].includes(status)) {
      this.refuse(batch, error);
    } else {
      this.failures += 1;
      this.problem = status ? "server" : "offline";
      const wait = Math.min(LONGEST_WAIT_MS, 400 * 2 ** Math.min(this.failures, 8));
      this.schedule(wait * (0.8 + Math.random() * 0.4));
    }
  }

  /** One bad edit must not hold up the others: they are sent one by one, and it stays with what the server said. */
  refuse(batch, error) {
    if (batch.length > 1) { this.isAlone = true; return; }
    Object.assign(batch[0], { state: "refused", why: error.message, isSent: undefined });
    this.keep(batch[0]);
  }

  takeToken(token) {
    if (this.where.token === token) return;
    this.where.token = token;
    this.isStopped = false;
    this.flush();
  }

  // --- clashes --------------------------------------------------------------------------------------------------------

  standing(block) {
    return this.entries.find((entry) => entry.block === block && entry.state);
  }

  /** The block of the first edit that waits for the rep's choice or change; undefined: none does. */
  get standingFirst() {
    return this.entries.find((entry) => entry.state)?.block;
  }

  keepMine(entry) {
    this.replace(entry, { state: undefined });
    this.flush();
  }

  takeTheirs(entry) {
    this.keepAside(entry);
    this.forget(entry);
    this.changed();
  }

  /** What was written since it was sent is in no history yet: the same clash once more puts it there. */
  keepAside(entry) {
    if (!entry.sent || entry.action !== "text" || entry.text === entry.sent.text) return;
    const edit = { ...this.wire(entry), op: newId("e"), base: entry.sent.base };
    call(this.where, "/edits", { method: "POST", body: { by: this.where.by, edits: [edit] } }).catch(() => {});
  }

  putBack(entry) {
    const fresh = this.replace(entry, { state: undefined, action: "insert", block: newId("N"), base: 0, after: entry.near ?? "" });
    this.flush();
    return fresh.block;
  }

  // --- how it stands ---------------------------------------------------------------------------------------------------

  get status() {
    if (this.entries.some((entry) => entry.state === "clash" || entry.state === "gone")) return "clash";
    if (this.entries.some((entry) => entry.state === "refused")) return "refused";
    const waiting = this.entries.some((entry) => !entry.isDraft);
    if (!waiting) return "saved";
    return this.problem || "saving";
  }

  /** True once everything sent so far is acknowledged; false when it cannot be now. */
  async settled() {
    this.flush();
    for (let tries = 0; tries < 200; tries++) {
      if (!this.batch().length && !this.flying.length) return true;
      if (this.problem) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  }
}
