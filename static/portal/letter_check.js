// Checks that need not send anything: a file by its hash, a code by its signature. The buttons for
// them appear only where the browser can do it; the forms work without.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  if (!globalThis.crypto?.subtle) return; // not on an address without https
  const byId = (id) => document.getElementById(id);

  const fileButton = byId("file-here");
  fileButton.hidden = false;
  fileButton.addEventListener("click", async () => {
    const [file] = byId("file-check").elements.file.files;
    if (!file) {
      byId("file-said").textContent = byId("file-said").dataset.none;
      byId("file-check").elements.file.focus();
      return;
    }
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
    const digestForm = byId("digest-check").content.firstElementChild.cloneNode(true);
    digestForm.elements.sha256.value = hex.join("");
    document.body.append(digestForm);
    digestForm.submit();
  });

  const form = byId("code-check");
  const codeButton = byId("code-here");
  let keys = null;
  codeButton.hidden = false;
  codeButton.addEventListener("click", async () => {
    try {
      keys ??= (await (await fetch(form.dataset.keys)).json()).keys;
    } catch {
      show("unreachable");
      return;
    }
    const answer = await LetterCode.check(form.elements.code.value, keys);
    if (answer.word === "genuine") tell(answer);
    else show(answer.word);
  });

  const labels = [...byId("claim-labels").content.querySelectorAll("div")].map((row) => [
    row.querySelector("dt").textContent,
    row.querySelector("dd").textContent,
  ]);

  function show(word) {
    const said = byId("code-said");
    said.replaceChildren(byId(`answer-${word}`).content.cloneNode(true));
    said.focus();
    return said;
  }

  function tell({ code, jwk }) {
    const english = document.documentElement.lang.startsWith("en");
    const office = jwk.office ? jwk.office[english ? "en" : "ko"] : code.letter.office;
    const claims = { ...code.letter, number: code.number, body: office };
    const said = show(word(code, jwk));
    const list = said.querySelector("dl");
    for (const [name, label] of labels) {
      if (!claims[name]) continue;
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = label;
      value.textContent = claims[name];
      row.append(term, value);
      list.append(row);
    }
    const link = said.querySelector(".status-link");
    if (link) link.href = `/v/${code.token}`;
  }

  function word(code, jwk) {
    // The day in Seoul, as the letter counts it.
    const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Seoul" }).format(new Date());
    if (code.letter.until && code.letter.until < today) return "expired";
    if (code.letter.specimen || !jwk.production) return "specimen";
    return code.letter.kind === "recommendation" ? "genuine" : "notice";
  }
});
