"use strict";
(() => {
  const root = document.documentElement;
  // A refusal is an answer, too: show it where the result would have stood.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && event.detail.xhr.status !== 401) event.detail.shouldSwap = true;
  });

  document.querySelector("[data-toggle-theme]")?.addEventListener("click", (event) => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    const body = new FormData(event.target.closest("form"));
    body.set("theme", root.dataset.theme);
    fetch("/theme/", { method: "POST", body });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("input", (event) => {
    const code = event.target.closest("[data-postcode]");
    if (!code) return;
    const digits = code.value.normalize("NFKC").replace(/\D/g, "");
    if (digits.length !== 7) return;
    const body = new FormData();
    body.set("code", digits);
    body.set("csrfmiddlewaretoken", code.form.elements.csrfmiddlewaretoken.value);
    fetch(code.dataset.postcode, { method: "POST", body })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => {
        if (!found) return;
        for (const name of ["prefecture", "city", "street"]) {
          const box = code.form.elements[name];
          if (box && !box.value) box.value = found[name];
        }
      });
  });
})();
