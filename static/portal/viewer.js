// The document viewer: size and turn at once, instead of by loading the page again, so that what
// was typed beside it stays.
"use strict";
const SIZES = [50, 75, 100, 125, 150, 200, 300];

function turnSheet(sheet, degrees) {
  const image = sheet.querySelector("img");
  const width = Number(image.getAttribute("width"));
  const height = Number(image.getAttribute("height"));
  const lying = degrees % 180 !== 0;
  sheet.style.aspectRatio = lying ? `${height} / ${width}` : `${width} / ${height}`;
  image.style.position = "absolute";
  image.style.top = image.style.left = "50%";
  image.style.width = lying ? `${(100 * width) / height}%` : "100%";
  image.style.transform = `translate(-50%, -50%) rotate(${degrees}deg)`;
}

function dressViewer(viewer) {
  const pages = viewer.querySelector(".v-pages");
  const now = viewer.querySelector("[data-zoom-now]");
  const tools = viewer.querySelectorAll(".v-tools [data-zoom]");
  let degrees = 0;

  const zoom = (step) => {
    const place = SIZES.indexOf(Number(pages.dataset.zoom)) + step;
    if (!(place in SIZES)) return;
    pages.dataset.zoom = SIZES[place];
    now.textContent = `${SIZES[place]}%`;
    for (const tool of tools) {
      const end = !(place + Number(tool.dataset.zoom) in SIZES);
      if (end) tool.setAttribute("aria-disabled", "true");
      else tool.removeAttribute("aria-disabled");
    }
  };
  const turn = () => {
    degrees = (degrees + 90) % 360;
    for (const sheet of pages.querySelectorAll("div.v-sheet")) turnSheet(sheet, degrees);
  };

  for (const tool of tools) {
    tool.setAttribute("role", "button");
    tool.addEventListener("click", (event) => {
      event.preventDefault();
      zoom(Number(tool.dataset.zoom));
    });
  }
  const turner = viewer.querySelector("[data-turn]");
  // A page that came turned already has other frames: there the link does it.
  if (turner && pages.querySelector("div.v-sheet")) {
    turner.setAttribute("role", "button");
    turner.addEventListener("click", (event) => {
      event.preventDefault();
      turn();
    });
  }
  // Only while the pages have the focus: no key is taken from anything else.
  pages.addEventListener("keydown", (event) => {
    if (event.target !== pages || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(1);
    else if (event.key === "-") zoom(-1);
    else if (event.key === "r" && turner && pages.querySelector("div.v-sheet")) turn();
  });
  const links = viewer.querySelectorAll(".v-nav [data-page]");
  if (!links.length) return;
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links) {
          if (`page-${link.dataset.page}` === entry.target.id) {
            link.setAttribute("aria-current", "true");
          } else link.removeAttribute("aria-current");
        }
      }
    },
    { root: pages, rootMargin: "-45% 0px -45% 0px" },
  );
  const watch = () => {
    for (const page of pages.querySelectorAll(".v-page")) watcher.observe(page);
  };
  watch();
  // Pages that came later.
  pages.addEventListener("htmx:afterSettle", () => {
    watch();
    for (const sheet of pages.querySelectorAll("div.v-sheet")) {
      if (degrees) turnSheet(sheet, degrees);
    }
  });
}

// From one paper or fact to the next: begin where the last one was read, below the site's head.
// What has to be said first, or an error that takes the focus, stays in sight.
function goOn() {
  const onward = /\/(read|claims\/[0-9a-f-]{36})\/(\?|$)/;
  const head = document.querySelector(".read-head");
  if (!head || location.hash || !onward.test(document.referrer.split("#")[0])) return;
  if (document.querySelector("main .is-error, main [role=alert]")) return;
  (document.querySelector(".messages") ?? head).scrollIntoView();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const viewer of document.querySelectorAll("[data-viewer]")) dressViewer(viewer);
  goOn();
});
// Another document in its place, without loading the page again.
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.matches("[data-viewer]")) dressViewer(detail.elt);
});
