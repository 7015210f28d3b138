// Fields that send what is typed after a pause, at once when they are left, and keep it in the tab meanwhile.
const PAUSE_MS = 400;

export default function ({ parentElement, data, setStateValue }) {
  const form = parentElement.querySelector("form");
  if (form && form.dataset.key === data.key) {
    form.told(data);
    return;
  }
  form?.remove();
  build(parentElement, data, setStateValue);
}

function build(parent, data, setStateValue) {
  const form = document.createElement("form");
  form.dataset.key = data.key;
  form.addEventListener("submit", (event) => event.preventDefault());
  const memory = `coach:typed:${data.key}`;
  const left = remembered(memory);
  const inputs = new Map();
  for (const field of data.fields) {
    const value = left?.[field.name] ?? data.values[field.name] ?? "";
    inputs.set(field.name, row(form, field, value));
  }
  const status = document.createElement("p");
  status.className = "status";
  status.setAttribute("role", "status");
  form.append(status);

  let count = data.kept || 0;
  let timer = 0;
  const values = () => Object.fromEntries([...inputs].map(([name, input]) => [name, input.value]));
  const send = () => {
    clearTimeout(timer);
    timer = 0;
    setStateValue("said", values());
    setStateValue("count", count);
  };
  const changed = () => {
    count += 1;
    remember(memory, values());
    status.textContent = "Saving …";
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE_MS);
  };
  for (const input of inputs.values()) {
    input.addEventListener("input", changed);
    input.addEventListener("change", () => timer && send());
    input.addEventListener("paste", () => setTimeout(() => timer && send()));
  }
  form.told = (news) => {
    form.style.colorScheme = scheme(form);
    if (!timer && count && news.kept === count) {
      status.textContent = "Saved";
      remember(memory, null);
    }
  };
  parent.append(form);
  form.style.colorScheme = scheme(form);
  if (left) changed();
}

function row(form, field, value) {
  const box = document.createElement("div");
  box.className = `field ${field.kind}`;
  box.style.setProperty("--columns", field.columns);
  box.style.setProperty("--lines", field.lines);
  const label = document.createElement("label");
  const input = document.createElement(field.kind === "long" ? "textarea" : "input");
  input.id = `typed-${field.name}`;
  label.htmlFor = input.id;
  label.textContent = field.label;
  if (field.kind !== "long") input.type = field.kind;
  if (field.placeholder) input.placeholder = field.placeholder;
  input.autocomplete = "off";
  input.value = value;
  box.append(label, input);
  if (field.offered.length) box.append(offered(input, field));
  form.append(box);
  return input;
}

function offered(input, field) {
  const list = document.createElement("datalist");
  list.id = `${input.id}-offered`;
  for (const value of field.offered) list.append(new Option(value, value));
  input.setAttribute("list", list.id);
  return list;
}

// The browser's own pickers follow the theme of the app, not that of the system.
function scheme(form) {
  const channels = getComputedStyle(form).backgroundColor.match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? [255];
  return Math.max(...channels) < 128 ? "dark" : "light";
}

function remembered(memory) {
  try {
    return JSON.parse(sessionStorage.getItem(memory));
  } catch {
    return null;
  }
}

function remember(memory, values) {
  try {
    if (values) sessionStorage.setItem(memory, JSON.stringify(values));
    else sessionStorage.removeItem(memory);
  } catch {
    // A full or forbidden store: the server keeps the words.
  }
}
