// Files are sent as soon as they are chosen or dropped, one after the other, each with its own
// progress and its own result. The form with its button works without this.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const mould = document.getElementById("upload-line");
  const status = document.getElementById("upload-status");
  if (!mould) return;
  const words = mould.dataset;
  const waiting = []; // {line, file, form}
  const sources = new WeakMap(); // line → what it sends
  let now = null; // the line that is being sent, and its request
  let request = null;
  let pressed = null; // a button that waits for the files

  function listOf(form) {
    const list = form.previousElementSibling?.matches(".uploads") ? form.previousElementSibling : null;
    if (list) return list;
    const made = document.createElement("ul");
    made.className = "files uploads";
    form.before(made);
    return made;
  }

  function line(form, file) {
    const made = mould.content.firstElementChild.cloneNode(true);
    made.querySelector(".fn").textContent = file.name;
    made.querySelector("progress").setAttribute("aria-label", file.name);
    made.setAttribute("hx-encoding", "multipart/form-data");
    made.querySelector("[data-cancel]").addEventListener("click", () => cancel(made, form));
    made.querySelector("[data-again]").addEventListener("click", () => queue(made));
    listOf(form).append(made);
    sources.set(made, { form, file });
    return made;
  }

  function queue(made) {
    const { form } = sources.get(made);
    made.classList.remove("refused");
    made.querySelector("[role=alert]").hidden = true;
    made.querySelector("[data-again]").hidden = true;
    made.querySelector("[data-cancel]").hidden = false;
    made.querySelector("progress").hidden = false;
    made.querySelector(".fs").textContent = words.waiting;
    form.closest(".doc, .ask").classList.remove("error");
    waiting.push(made);
    next();
  }

  function next() {
    if (!now && !waiting.length && pressed) {
      const { form, button } = pressed;
      pressed = null;
      if (!form.querySelector(".uploads .refused")) form.requestSubmit(button);
    }
    if (now || !waiting.length) return;
    now = waiting.shift();
    const { form, file } = sources.get(now);
    const values = { file };
    htmx.process(now);
    const url = form.dataset.url ?? form.action.split("#")[0];
    const asked = htmx.ajax("POST", url, { source: now, values, swap: "none" });
    asked.catch(() => {}); // said by htmx:afterRequest
  }

  function cancel(made, form) {
    if (made === now) {
      // Given up on purpose: no error to report.
      request.onabort = null;
      request.abort();
      now = null;
    } else {
      waiting.splice(waiting.indexOf(made), 1);
    }
    made.remove();
    form.querySelector("input[type=file]").focus();
    next();
  }

  function refuse(made, sentence, { again = false } = {}) {
    made.classList.add("refused");
    made.querySelector("progress").hidden = true;
    made.querySelector(".fs").textContent = "";
    made.querySelector("[data-cancel]").hidden = true;
    made.querySelector("[data-again]").hidden = !again;
    const said = made.querySelector("[role=alert]");
    said.hidden = false;
    said.textContent = sentence;
    made.closest(".doc, .ask").classList.add("error");
  }

  function choose(form, files) {
    // A new choice settles what was refused before.
    for (const old of listOf(form).querySelectorAll(".refused")) old.remove();
    const several = form.querySelector("input[type=file]").multiple;
    const made = files.map((file) => line(form, file));
    made.forEach((one, place) => {
      if (place && !several) refuse(one, words.one);
      else queue(one);
    });
  }

  for (const form of document.querySelectorAll("[data-upload]")) {
    form.classList.add("at-once");
    const input = form.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      const shown = form.querySelector(".file-name");
      if (shown) shown.textContent = shown.dataset.none ?? "";
      if (files.length) choose(form, files);
    });
  }

  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.elt === now) request = detail.xhr;
  });
  document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
    if (target !== now || !detail.lengthComputable) return;
    const share = Math.floor((100 * detail.loaded) / detail.total);
    const bar = target.querySelector("progress");
    if (share < bar.value) return;
    bar.value = share;
    target.querySelector(".fs").textContent = share < 100 ? `${share}%` : words.checking;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { elt } = detail.requestConfig;
    if (!sources.has(elt) && !elt.matches("[data-remove]")) return;
    detail.shouldSwap = detail.xhr.getResponseHeader("X-Upload") !== null;
    detail.isError = false;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { elt } = detail.requestConfig;
    const said = detail.xhr.getResponseHeader("X-Upload");
    const sentence = document.getElementById("upload-said").textContent;
    if (elt.matches("[data-remove]")) return removed(detail.requestConfig, said, sentence);
    if (elt !== now) return undefined; // told again on what is left of the page
    now = null;
    const row = elt.closest(".doc, .ask");
    if (said === "taken") {
      elt.remove();
      row.classList.add(row.matches(".ask") ? "answered" : "ok");
      const more = document.getElementById("documents-lacking")?.textContent ?? "";
      status.textContent = `${sentence} ${more}`;
    } else if (said) {
      refuse(elt, sentence);
    } else if (row) {
      const out = detail.xhr.status === 403 || (detail.xhr.status === 200 && !said);
      const why = detail.xhr.status === 413 ? words.large : out ? words.signedOut : words.failed;
      refuse(elt, why, { again: detail.xhr.status !== 413 });
    }
    next();
    return undefined;
  });

  // Taking a file out needs no new page either: other files may be on their way.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-remove]");
    if (!form) return;
    event.preventDefault();
    const row = form.closest(".doc");
    form.dataset.row = row.id;
    htmx.ajax("POST", form.action, { source: form, swap: "none" });
  });
  function removed(config, said, sentence) {
    status.textContent = sentence;
    const row = document.getElementById(config.elt.dataset.row);
    if (said !== "taken") {
      config.elt.removeAttribute("data-remove");
      config.elt.submit(); // the plain way says what is wrong
      return;
    }
    row.classList.toggle("ok", row.querySelector(".doc-files li") !== null);
    row.querySelector("input[type=file]").focus();
  }

  // A form whose files are still on their way is sent after them.
  document.addEventListener("submit", (event) => {
    if (!(now || waiting.length) || !event.target.querySelector("[data-upload]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = { form: event.target, button: event.submitter };
  }, true);

  addEventListener("beforeunload", (event) => {
    if (now || waiting.length) event.preventDefault();
  });
});
