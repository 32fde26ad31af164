"use strict";
// Reviewing by key: J and K through the grants, 1 2 3 decide, X ticks. The staff file goes up as it is, and nowhere else.
(() => {
  const rows = () => [...document.querySelectorAll("[data-grant]")];
  const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  let next = "";
  const go = (row) => { row?.focus(); row?.scrollIntoView({ block: "nearest" }); };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const all = rows(), here = event.target.closest?.("[data-grant]"), at = all.indexOf(here);
    if (!all.length || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(all[Math.min(at + 1, all.length - 1)]);
    else if (key === "k") go(all[Math.max(at - 1, 0)]);
    else if (here && key === "x") here.querySelector("[type=checkbox]")?.click();
    else if (here && ["1", "2", "3"].includes(key)) here.querySelector(`[data-key="${key}"]`)?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-grant]");
    if (row && event.target.closest("[data-key]")) next = row.dataset.grant;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!document.getElementById("grants")) return;
    const plan = document.querySelector(".ahead");
    if (plan) (plan.querySelector("textarea") ?? plan.querySelector("h2")).focus();
    else if (next) {
      const all = rows(), at = all.findIndex((row) => row.dataset.grant === next);
      go(all.slice(at).find((row) => row.querySelector("[data-key]")) ?? all[at]);
      next = "";
    }
  });
  document.addEventListener("submit", async (event) => {
    const address = event.target.dataset?.staffFile;
    if (!address) return;
    event.preventDefault();
    const form = event.target, [file] = form.querySelector("[type=file]").files;
    if (!file) return;
    const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "HX-Request": "true" };
    const errors = form.querySelector("[data-errors]");
    try {
      const answer = await fetch(address, { method: "PUT", body: file, headers });
      if (answer.status === 204) location.reload();
      else if (answer.status === 422) errors.textContent = await answer.text();
      else errors.textContent = form.dataset.failed;
    } catch {
      errors.textContent = form.dataset.failed;
    }
  });
})();
