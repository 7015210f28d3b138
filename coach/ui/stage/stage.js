// Full screen and Print for the sheet of the thing we bring.

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}

export default function ({ parentElement }) {
  const box = document.createElement("div");
  const full = button("Full screen", toggleFullScreen);
  full.hidden = !document.fullscreenEnabled;
  box.append(full, button("Print", () => window.print()));
  const name = () => { full.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen"; };
  document.addEventListener("fullscreenchange", name);
  parentElement.append(box);
  return () => {
    document.removeEventListener("fullscreenchange", name);
    box.remove();
  };
}
