// Shortcuts of the split page. They can be switched off, and never take a key from what is typed.
"use strict";
const KEPT = "chucheon-keys";
const TYPED = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])";

function keysOn() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // A browser that keeps nothing: as if never asked.
  }
}

function pageStep(step) {
  const pages = document.querySelector(".v-pages");
  const sheets = pages ? [...pages.querySelectorAll(".v-page")] : [];
  if (!sheets.length) return false;
  const top = pages.getBoundingClientRect().top;
  // The page whose beginning is nearest to the upper edge is the one being read.
  const far = (sheet) => Math.abs(sheet.getBoundingClientRect().top - top);
  const here = sheets.indexOf(sheets.reduce((one, other) => (far(other) < far(one) ? other : one)));
  pages.focus({ preventScroll: true });
  sheets[Math.min(sheets.length - 1, Math.max(0, here + step))].scrollIntoView({ block: "start" });
  return true;
}

function firstRadio(fieldset) {
  return fieldset?.querySelector("input:checked") ?? fieldset?.querySelector("input[type=radio]");
}

function goTo(element) {
  if (!element) return false;
  element.focus();
  element.scrollIntoView({ block: "center" });
  return true;
}

// The next point nobody has marked, going round from where the focus is.
function nextPoint() {
  const points = [...document.querySelectorAll("fieldset[data-point]")];
  const open = points.filter((point) => !point.querySelector("input:checked"));
  const now = document.activeElement;
  const later = open.find(
    (point) => now.compareDocumentPosition(point) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return goTo(firstRadio(later ?? open[0]));
}

function follow(name) {
  const link = document.querySelector(`a[data-key="${name}"]`);
  link?.click();
  return Boolean(link);
}

const ACTS = {
  j: () => pageStep(1),
  k: () => pageStep(-1),
  n: () => follow("next"),
  p: () => follow("previous"),
  v: () => goTo(document.querySelector(".v-pages")),
  d: () => goTo(firstRadio(document.querySelector("[data-finding]"))),
  c: nextPoint,
  "?": () => {
    const help = document.querySelector(".keys");
    help.open = true;
    return goTo(help.querySelector("summary"));
  },
};

document.addEventListener("DOMContentLoaded", () => {
  const help = document.querySelector(".keys");
  if (!help) return;
  help.hidden = false;
  const box = help.querySelector("input[type=checkbox]");
  box.checked = keysOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // Good for this page then.
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key !== "Enter") return;
      const save = document.querySelector("button[data-key=save]");
      if (!save) return;
      event.preventDefault();
      save.click();
      return;
    }
    if (event.defaultPrevented || event.target.closest(TYPED)) return;
    if (document.querySelector("dialog[open]")) return;
    if (ACTS[event.key.length === 1 ? event.key.toLowerCase() : ""]?.()) event.preventDefault();
  });
});
