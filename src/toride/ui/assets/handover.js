"use strict";
// Ticking customers of a list: how many are ticked, all that are shown, by key.
(() => {
  const bar = () => document.getElementById("handing");
  const ticks = () => [...document.querySelectorAll("#rows [name=pick]")];
  const tell = () => {
    if (!bar()) return;
    const all = ticks(), ticked = all.filter((one) => one.checked).length, head = document.querySelector("[data-tick-all]");
    bar().hidden = !ticked;
    bar().querySelector("[data-ticked]").textContent = ticked;
    if (head) { head.checked = ticked > 0 && ticked === all.length; head.indeterminate = ticked > 0 && ticked < all.length; }
  };
  const set = (on) => { for (const one of ticks()) one.checked = on; tell(); };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) set(event.target.checked);
    else if (event.target.matches("#rows [name=pick]")) tell();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-untick]")) set(false); });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.key !== "x" || !event.target.matches?.("#rows tr")) return;
    event.target.querySelector("[name=pick]")?.click();
  });
  for (const name of ["htmx:afterSettle", "DOMContentLoaded", "pageshow"]) (name === "pageshow" ? window : document).addEventListener(name, tell);
})();
