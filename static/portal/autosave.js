// A section of a draft saves by itself. The form works without this; nothing typed is lost with it:
// what could not be saved stays in the form, is said aloud, and is tried again until it is.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const box = form.querySelector(".draft-status");
  const [quiet, aloud] = [box.querySelector(".draft-said"), box.querySelector(".draft-failed")];
  const act = box.querySelector(".draft-act");
  const signIn = box.querySelector("[data-sign-in]");
  const TYPING = 1500; // ms after the last key
  const CHOSEN = 300; // ms after a choice
  const WAITS = [3, 6, 12, 30]; // s between tries
  const files = form.querySelectorAll("input[type=file]"); // a press sends them, or upload.js
  let timer = 0;
  let tries = 0;
  let dirty = false; // something is in the form that the server does not have
  let busy = false;
  let held = false; // someone has to choose first
  let pressed = null; // a button that waits for the save under way
  box.hidden = false;

  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
  };

  function save() {
    clearTimeout(timer);
    if (!dirty || busy || held) return;
    dirty = false;
    busy = true;
    if (!aloud.textContent) say(box.dataset.saving);
    htmx.trigger(form, "autosave");
  }

  // Said once: a screen reader is not told the same minute again and again.
  function say(sentence) {
    if (quiet.textContent !== sentence) quiet.textContent = sentence;
  }

  function fail(word, { signedOut = false } = {}) {
    dirty = true;
    say("");
    const sentence = box.dataset[word];
    if (aloud.textContent !== sentence) aloud.textContent = sentence;
    act.hidden = false;
    signIn.hidden = !signedOut;
    box.classList.add("failed");
    later(WAITS[Math.min(tries, WAITS.length - 1)] * 1000);
    tries += 1;
  }

  function recover() {
    tries = 0;
    aloud.textContent = "";
    act.hidden = true;
    box.classList.remove("failed");
  }

  // What cannot be taken is said at its field; the focus and what was typed are left alone.
  function mark(wrong) {
    const seen = new Set();
    for (const one of wrong) {
      const field = form.elements[one.dataset.wrong];
      const control = field instanceof RadioNodeList ? field[0] : field;
      if (!control) continue;
      seen.add(one.dataset.wrong);
      show(control, [...one.children].map((line) => line.textContent));
    }
    for (const hint of form.querySelectorAll(".form-group .form-hint-invalid")) {
      const group = hint.closest(".form-group");
      const control = group.querySelector("input, select, textarea");
      if (!seen.has(control.name)) clear(group, hint, control);
    }
  }

  function show(control, sentences) {
    const group = control.closest(".form-group");
    const id = `id_${control.name}_error`;
    let hint = group.querySelector(".form-hint-invalid");
    if (!hint) {
      hint = document.createElement("div");
      hint.className = "form-hint-invalid";
      hint.id = id;
      group.querySelector(".form-conts").after(hint);
    }
    hint.replaceChildren(...sentences.map((sentence) => {
      const line = document.createElement("span");
      line.textContent = sentence;
      return line;
    }));
    group.querySelector(".form-conts").classList.add("is-error");
    control.setAttribute("aria-invalid", "true");
    const known = (control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
    if (!known.includes(id)) control.setAttribute("aria-describedby", [id, ...known].join(" "));
  }

  function clear(group, hint, control) {
    const known = (control.getAttribute("aria-describedby") || "").split(" ");
    const rest = known.filter((id) => id && id !== hint.id);
    if (rest.length) control.setAttribute("aria-describedby", rest.join(" "));
    else control.removeAttribute("aria-describedby");
    control.removeAttribute("aria-invalid");
    group.querySelector(".form-conts").classList.remove("is-error");
    hint.remove();
  }

  // A sign-in elsewhere has given this browser another key against forged requests: fetch it.
  async function renewKey() {
    try {
      const answer = await fetch(form.action, { headers: { Accept: "text/html" } });
      if (new URL(answer.url).pathname !== new URL(form.action).pathname) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#section-form [name=csrfmiddlewaretoken]")?.value;
      if (!fresh) return;
      for (const input of document.getElementsByName("csrfmiddlewaretoken")) input.value = fresh;
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": fresh }));
    } catch {
      // Still out of reach: the next try comes by itself.
    }
  }

  form.addEventListener("input", ({ target }) => {
    if (target.type === "file") return;
    dirty = true;
    if (!box.classList.contains("failed")) later(TYPING);
  });
  form.addEventListener("change", ({ target }) => {
    if (target.type === "file") return;
    dirty = true;
    if (!box.classList.contains("failed")) later(CHOSEN);
  });
  box.querySelector("[data-retry]").addEventListener("click", save);
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : save()));

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt !== form) return;
    detail.parameters.set("autosave", "1");
    for (const input of files) detail.parameters.delete(input.name);
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.elt !== form) return;
    // Ours are swapped whatever their status; a login page or a proxy's error never.
    detail.shouldSwap = detail.xhr.getResponseHeader("X-Draft") !== null;
    detail.isError = false;
  });
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    // Nobody's focus is taken away: what is under it is replaced the next time.
    if (detail.target.contains(document.activeElement) && detail.target.id === "form-map") {
      detail.shouldSwap = false;
    }
  });
  document.addEventListener("htmx:afterRequest", async ({ detail }) => {
    if (detail.requestConfig.elt !== form) return;
    busy = false;
    const said = detail.xhr.getResponseHeader("X-Draft");
    const answer = document.getElementById("draft-said");
    if (said === "saved") {
      recover();
      if (form.elements.version) form.elements.version.value = answer.dataset.version;
      mark(answer.querySelectorAll("[data-wrong]"));
      say(answer.querySelector("p").textContent.trim());
    } else if (said) {
      dirty = held = true;
      recover();
      say("");
      box.classList.add("failed");
      aloud.replaceChildren(...answer.querySelector("p").cloneNode(true).childNodes);
    } else if (detail.xhr.status === 0) {
      fail("offline");
    } else if (detail.xhr.status === 403 || new URL(detail.xhr.responseURL).pathname !== new URL(form.action).pathname) {
      fail("signedOut", { signedOut: true });
      await renewKey();
    } else {
      fail("failed");
    }
    if (pressed) {
      const button = pressed;
      pressed = null;
      form.requestSubmit(button);
    } else if (dirty && !box.classList.contains("failed")) {
      later(CHOSEN);
    }
  });

  // Two saves of one page at once could pass each other on the way.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (busy) {
      event.preventDefault();
      pressed = event.submitter;
    } else {
      dirty = held = false;
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discards]")) dirty = false;
  });
  // Going elsewhere: what is not sent yet goes along; what could not be saved is asked about. Nobody
  // hears the answer, so it is sent again should the page come back.
  function leave() {
    if (!(dirty || busy) || held || box.classList.contains("failed")) return;
    const data = new FormData(form);
    data.set("autosave", "1");
    for (const input of files) data.delete(input.name);
    if (navigator.sendBeacon(form.action, data)) dirty = true;
  }
  addEventListener("pagehide", leave);
  addEventListener("beforeunload", (event) => {
    if (dirty && (held || box.classList.contains("failed"))) event.preventDefault();
  });
});
