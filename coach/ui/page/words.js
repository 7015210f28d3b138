// What the page says, and the making of elements. All text goes in through textContent: nothing is ever read as HTML.

const PART_NAMES = {
  decides: "What decides it", before: "Before", people: "Who", opening: "Opening", purpose: "Purpose", agenda: "Minutes",
  bring: "We bring", find_out: "Find out", answers: "They will ask", best: "Best outcome", fallback: "Fall-back",
  stop: "Stop", leave_out: "Leave out", other: "Page",
};
const KIND_NAMES = { text: "text", item: "item", quote: "words to say", heading: "heading", table: "table" };
const KIND_CHOICES = { text: "Text", item: "List item", quote: "Words to say", heading: "Heading", table: "Table" };
const STAGE_NAMES = {
  groundwork: "Working the notes out", page: "Writing the page", index: "Finding the line behind every statement",
  criticism: "Looking for what is wrong", rewrite: "Writing the better version", suggestions: "The second reader goes over it",
  "both sides": "Looking where your notes do not agree",
  judge: "Scoring the page", draft: "Beginning", check: "Checking the page", redraft: "Writing it again", block: "Writing it again",
};
const VOICES = { ours: "our own note", customer: "the customer’s words", outside: "an outsider’s words" };
const MARKS = {
  contradicted: { sign: "✕", say: "a line says otherwise" },
  sum: { sign: "✕", say: "the sum does not hold" },
  confidential: { sign: "⊘", say: "told in confidence" },
  own: { sign: "✎", say: "your own word" },
  unverified: { sign: "△", say: "not verified" },
  found: { sign: "⚑", say: "coach" },
};
const PART_KINDS = { opening: "quote", find_out: "item", answers: "item", people: "item", before: "item", agenda: "item", leave_out: "item" };
const PART_LABELS = { best: "**Best:** ", fallback: "**Fall-back:** ", stop: "**Stop:** ", purpose: "**Purpose:** " };
const LONGEST_BLOCK = 20000; // characters, as the server takes them

function stageName(job) {
  const isAgain = job.kind.startsWith("redraft") && (job.stage === "page" || !job.stage);
  const [, stage, round] = /^(.*?)( \d+)?$/.exec(isAgain ? "redraft" : job.stage || job.kind);
  if (round && STAGE_NAMES[stage]) return `${STAGE_NAMES[stage]}, once more`;
  return STAGE_NAMES[stage] ?? stage.charAt(0).toUpperCase() + stage.slice(1).replaceAll("_", " ");
}

function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

function div(name, ...children) {
  return make("div", { class: name }, ...children);
}

function button(text, act, given = {}) {
  return make("button", { type: "button", text, onclick: act, ...given });
}

function hidden(text) {
  return make("span", { class: "vh", text });
}

function plural(count, one) {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

function newId(prefix) {
  const random = crypto.getRandomValues(new Uint32Array(3));
  return prefix + [...random].map((n) => n.toString(36)).join("");
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
