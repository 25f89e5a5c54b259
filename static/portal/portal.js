// What pages do better with JavaScript. Everything works without it.
"use strict";
const root = document.documentElement;
root.classList.add("js");

// The system's wish for more contrast, unless the reader has used the switch.
if (matchMedia("(prefers-contrast: more)").matches) root.dataset.krdsMode ??= "high-contrast";

const each = (selector, act, within = document) => {
  for (const element of within.querySelectorAll(selector)) act(element);
};

function openers(scope) {
  each("[data-opens]", (link) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    const open = (event) => {
      event.preventDefault();
      document.getElementById(link.dataset.opens).showModal();
    };
    link.addEventListener("click", open);
    link.addEventListener("keydown", (event) => event.key === " " && open(event));
  }, scope);
}

function copyButtons(scope) {
  each("[data-copy]", (button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.parentElement.querySelector(".copy-said").textContent = button.dataset.copied;
    });
  }, scope);
}

function fileInputs(scope) {
  each(".file-input", (input) => {
    const name = input.parentElement.querySelector(".file-name");
    const show = () => {
      const names = [...input.files].map((file) => file.name).join(", ");
      if (name) name.textContent = names || name.dataset.none || "";
    };
    show();
    input.addEventListener("change", show);
  }, scope);
}

function dropAreas(scope) {
  each("form[data-upload]", (form) => {
    const input = form.querySelector("input[type=file]");
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
  }, scope);
}

// 19940517 becomes 1994-05-17 when the field is left; anything else stays as typed.
function dates(scope) {
  each("[data-date]", (input) => {
    input.addEventListener("change", () => {
      const parts = input.value.trim().match(/^(\d{4})(\d{2})(\d{2})$/);
      if (parts) input.value = parts.slice(1).join("-");
    });
  }, scope);
}

// On a phone a chart is wider than the screen: start where it matters.
function scrollToToday(box) {
  const today = box.querySelector(".today")?.getBoundingClientRect();
  if (today) box.scrollLeft += today.left - box.getBoundingClientRect().left - box.clientWidth / 2;
}

function dress(scope) {
  openers(scope);
  copyButtons(scope);
  fileInputs(scope);
  dropAreas(scope);
  dates(scope);
  scope.querySelector(".error-summary")?.focus();
}

document.addEventListener("DOMContentLoaded", () => {
  dress(document);
  each(".chart-scroll", scrollToToday);
  // htmx reports the whole page too, once: that one is done.
  document.addEventListener("htmx:load", ({ detail }) => {
    if (detail.elt !== document.body) dress(detail.elt);
  });
  // Menus that close on a click elsewhere and on Escape.
  const menus = () => document.querySelectorAll("details[data-closes][open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
});
