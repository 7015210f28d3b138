// What can be done with a block, by mouse, touch and keyboard alike.

function blockMenu(sheet, view) {
  const { block, id, name } = view;
  const item = (text, act, given = {}) => {
    const closeAndAct = () => { sheet.popover.close(); act(); };
    return button(text, closeAndAct, { role: "menuitem", tabindex: "-1", class: "menu-item", ...given });
  };
  const kinds = block.kind === "table" ? [] : ["text", "item", "quote", "heading"].filter((kind) => kind !== block.kind);
  return [
    item("Add below", () => sheet.addBelow(id)),
    item("Add a table below", () => sheet.addBelow(id, { kind: "table" })),
    ...kinds.map((kind) => item(`Make it: ${KIND_CHOICES[kind]}`, () => sheet.changeKind(id, kind))),
    item("Move up", () => sheet.move(id, -1), { "aria-keyshortcuts": "Alt+ArrowUp" }),
    item("Move down", () => sheet.move(id, 1), { "aria-keyshortcuts": "Alt+ArrowDown" }),
    block.citations?.length && item("Show lines", () => sheet.showLines(view)),
    sheet.canRedraft && block.kind !== "heading" && item("Write it again…", () => sheet.askRedraft(view)),
    item("Delete", () => sheet.remove(id), { class: "menu-item danger", "aria-label": `Delete ${name}` }),
  ].filter(Boolean);
}

/** A word of direction, and what becomes of the rep's own words. */
function redraftForm(sheet, view) {
  const { block } = view;
  const isOwn = block.touched && block.written_by !== "coach";
  const hint = "less technical, shorter, …";
  const field = make("input", { type: "text", class: "boxed", maxlength: 300, placeholder: hint, "aria-label": "In which direction (may stay empty)" });
  const mayGo = make("input", { type: "checkbox" });
  const ask = () => {
    sheet.popover.close();
    sheet.redraft({ block: block.id, part: "", direction: field.value.trim(), may_go: mayGo.checked, keep: !block.touched });
  };
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); ask(); } });
  return [
    make("p", {}, make("b", { text: "Write it again" })),
    block.touched && make("p", { class: "doubt", text: `${isOwn ? "You wrote in this block: your words" : "It stands so by your choice: these words"} will be replaced. The history keeps them.` }),
    field,
    make("p", { text: "With a direction it stays as it is then written when the page is drafted again." }),
    make("label", { class: "choice" }, mayGo, "It may change then"),
    div("acts", button(isOwn ? "Replace my words" : "Write again", ask, { class: "main" }), button("Cancel", () => sheet.popover.close())),
  ].filter(Boolean);
}
