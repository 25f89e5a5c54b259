// The pre-check keeps nothing on the server. A link to its result carries the answers after the "#",
// which browsers do not send: this puts them there, and back into the form when such a link is opened.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("interview");
  const MARK = "#a=";
  const OWN = ["csrfmiddlewaretoken", "step"];

  const share = document.querySelector("[data-share]");
  if (share) {
    share.hidden = false;
    document.getElementById("share-note").hidden = false;
    share.addEventListener("click", async () => {
      const said = [...new FormData(form)].filter(([name]) => !OWN.includes(name));
      const bytes = new TextEncoder().encode(JSON.stringify(said));
      const packed = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
      const link = location.origin + location.pathname + MARK + packed;
      await navigator.clipboard.writeText(link);
      document.getElementById("share-said").textContent = share.dataset.said;
    });
  }

  if (!location.hash.startsWith(MARK) || share) return;
  let said;
  try {
    const packed = location.hash.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
    said = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return; // not one of our links: the first question is as good an answer as any
  }
  history.replaceState(null, "", location.pathname);
  const again = document.createElement("form");
  again.method = "post";
  again.action = form.action;
  const add = (name, value) => {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = String(name);
    input.value = String(value);
    again.append(input);
  };
  for (const [name, value] of said) add(name, value);
  add("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  add("show", "");
  document.body.append(again);
  again.submit();
});
