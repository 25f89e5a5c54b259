// Rows that were fetched anew: the focus goes where the next thing is typed.
"use strict";
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target.matches("[data-rows]")) return;
  const rows = document.getElementById(detail.target.id);
  const added = detail.requestConfig.parameters.get("add") !== null;
  const goal = added
    ? [...rows.querySelectorAll("fieldset.form-row")].at(-1).querySelector("input, select")
    : rows.querySelector("button[name=add]");
  goal.focus();
  // What stands in the form is no longer what was saved.
  rows.dispatchEvent(new Event("change", { bubbles: true }));
});
