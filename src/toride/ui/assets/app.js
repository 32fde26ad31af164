"use strict";
(() => {
  const root = document.documentElement;
  // A refusal is an answer, too: show it where the result would have stood.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { status } = event.detail.xhr;
    if (status >= 400 && status < 500 && status !== 401) event.detail.shouldSwap = true;
  });

  // Whoever sent a form goes on where the answer is.
  let left = false;
  document.addEventListener("htmx:beforeSwap", (event) => { left = event.detail.target.contains(document.activeElement) && event.detail.target !== document.body; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!left || document.activeElement !== document.body) return;
    left = false;
    const { target, elt } = event.detail, here = target.isConnected ? target : elt;
    const goal = ["[aria-invalid=true]", "[role=alert]", "h1, h2, h3"].map((one) => here.querySelector(one)).find(Boolean) ?? here;
    if (goal.tabIndex < 0) goal.tabIndex = -1;
    goal.focus();
  });

  const failed = (retry) => document.dispatchEvent(new CustomEvent("request-failed", { detail: { retry } }));

  // How pages look is kept by the server, for the session.
  const look = (name, value) => {
    root.dataset[name] = value;
    const body = new FormData();
    body.set(name, value);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const keep = () => fetch("/looks/", { method: "POST", body }).catch(() => failed(keep));
    keep();
  };

  document.querySelector("[data-toggle-theme]")?.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    look("theme", dark ? "light" : "dark");
  });

  const fold = document.querySelector("[data-fold]");
  const folded = () => {
    const is = root.dataset.menu === "folded";
    fold?.setAttribute("aria-expanded", String(!is));
    for (const one of document.querySelectorAll(".side :is(a, button)")) is ? one.title ||= one.textContent.trim() : one.removeAttribute("title");
  };
  fold?.addEventListener("click", () => {
    look("menu", root.dataset.menu === "folded" ? "whole" : "folded");
    folded();
  });
  folded();

  for (const back of document.querySelectorAll("[data-back]")) {
    back.hidden = history.length < 2;
    back.addEventListener("click", () => history.back());
  }

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
    const place = () => fetch(code.dataset.postcode, { method: "POST", body })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => {
        if (!found) return;
        const boxes = ["prefecture", "city", "street"].map((name) => [code.form.elements[name], found[name]]).filter(([box]) => box);
        for (const [box, value] of boxes) box.value ||= value;
        code.parentElement.querySelector("[data-move]")?.remove();
        if (boxes.every(([box, value]) => box.name === "street" || box.value === value)) return;
        // Another place than the one that stands here: nothing is written over unasked.
        const move = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: code.dataset.place.replace("%(place)s", found.prefecture + found.city + found.street) });
        Object.assign(move.dataset, { kind: "link", move: "" });
        move.addEventListener("click", () => {
          for (const [box, value] of boxes) box.value = value;
          move.remove();
          code.form.elements.street?.focus();
        });
        code.after(move);
      }, () => failed(place));
    place();
  });
})();
