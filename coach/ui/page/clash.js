// Two versions of one block side by side. Nothing is lost: the rep chooses, and the history has both.

function clashPanel(sheet, entry, block) {
  const who = entry.who && entry.who !== "coach" ? entry.who : entry.who === "coach" ? "the coach" : "somebody else";
  if (entry.state === "refused") return refusedPanel(entry);
  if (entry.state === "gone") return gonePanel(sheet, entry);
  const isDelete = entry.action === "delete";
  const mine = isDelete ? make("p", { text: "You deleted it." }) : rendered(entry.kind, entry.text);
  const acts = make("div", { class: "acts" },
    button(isDelete ? "Delete it" : "Keep mine", () => sheet.settleClash(entry, "mine"), { class: "main" }),
    button("Take theirs", () => sheet.settleClash(entry, "theirs")),
    !isDelete && button("Edit both", () => sheet.settleClash(entry, "both")));
  return panel(`Clash: ${who} changed this while you did.`,
    make("div", { class: "versions" }, version("Yours", mine), version(`Theirs (${who})`, rendered(block?.kind ?? entry.kind, entry.theirs ?? ""))),
    acts);
}

function gonePanel(sheet, entry) {
  const acts = make("div", { class: "acts" },
    button("Put it back", () => sheet.settleClash(entry, "mine"), { class: "main" }),
    button("Let it go", () => sheet.settleClash(entry, "theirs")));
  return panel("Somebody deleted this while you wrote.", version("Yours", rendered(entry.kind, entry.text)), acts);
}

function refusedPanel(entry) {
  return panel(`Not saved: ${entry.why}. Your words are kept here; change them and they are sent again.`);
}

function version(title, content) {
  return make("div", { class: "version" }, make("h3", { text: title }), content);
}

function panel(title, ...content) {
  return make("div", { class: "clash", role: "group", "aria-label": title }, make("p", { class: "title" }, make("b", { text: title })), ...content);
}
