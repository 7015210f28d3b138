// The door to Streamlit: one sheet for each place where the component is mounted.

const sheets = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  const sheet = sheets.get(root);
  if (sheet?.isFor(component.data)) sheet.update(component);
  else {
    sheet?.end();
    sheets.set(root, new Sheet(component));
  }
  return () => {
    sheets.get(root)?.end();
    sheets.delete(root);
  };
}

function baseOf(data) {
  return (data.base || originOfApp()).replace(/\/$/, "");
}

/** Light or dark, by how bright the ground is. */
function themeOf(element) {
  const probe = make("span", { style: "background-color: var(--st-background-color)" });
  element.append(probe);
  const [red = 255, green = 255, blue = 255] = (getComputedStyle(probe).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
}

/** Its words stand above the page, as its title. */
function titleIn(blocks) {
  return blocks.find((block) => block.kind === "heading" && /^#\s/.test(block.text));
}

function scrollerOf(element) {
  for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
    if (at instanceof Element && at.scrollHeight > at.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement;
}
