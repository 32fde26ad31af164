"use strict";
// A board: a card moves by dragging it, or by its own choice of lanes (key, touch); it stays where it was if that fails.
(() => {
  const lanes = () => document.querySelector(".lanes[data-by]");
  const lane = (value) => document.querySelector(`[data-lane="${CSS.escape(value)}"]`);
  const count = (of, by) => {
    const shown = of.querySelector("[data-count]"), number = Number(shown.textContent.replace(/[^0-9]/g, ""));
    if (!shown.textContent.includes("+")) shown.textContent = (number + by).toLocaleString();
  };
  const settle = (card, to) => {
    const from = card.closest("[data-lane]"), choice = card.querySelector("[data-move]"), held = card.contains(document.activeElement);
    to.querySelector("ul").prepend(card);
    choice.value = to.dataset.lane;
    if (from !== to) { count(from, -1); count(to, 1); }
    if (held) choice.focus();
    const label = choice.selectedOptions[0].textContent;
    document.querySelector("[data-board-says]").textContent = lanes().dataset.moved.replace("%(lane)s", label);
  };
  const move = (card, value) => {
    const from = card.closest("[data-lane]").dataset.lane, to = lane(value);
    if (from === value || card.ariaBusy === "true") return;
    const { csrfmiddlewaretoken, for: purpose } = document.getElementById("list").elements;
    const values = { csrfmiddlewaretoken: csrfmiddlewaretoken.value, for: purpose.value, [lanes().dataset.by]: value };
    let done = false;
    const answered = (event) => { if (event.target === card) done = event.detail.successful; };
    card.ariaBusy = "true";
    document.addEventListener("htmx:afterRequest", answered);
    htmx.ajax("POST", card.dataset.card, { source: card, target: card, swap: "none", values }).finally(() => {
      document.removeEventListener("htmx:afterRequest", answered);
      card.ariaBusy = null;
      if (done) settle(card, to);
      else card.querySelector("[data-move]").value = from;
    });
  };
  let dragged = null;
  const over = (target) => { for (const one of document.querySelectorAll(".lane")) one.toggleAttribute("data-over", one === target); };
  document.addEventListener("dragstart", (event) => {
    dragged = lanes() && event.target.closest?.("[data-card]");
    if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", ""); }
  });
  document.addEventListener("dragover", (event) => {
    const to = dragged && event.target.closest?.(".lane");
    over(to);
    if (to) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const to = dragged && event.target.closest?.(".lane");
    if (to) { event.preventDefault(); move(dragged, to.dataset.lane); }
  });
  document.addEventListener("dragend", () => { dragged = null; over(null); });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-move]")) move(event.target.closest("[data-card]"), event.target.value);
  });
})();
