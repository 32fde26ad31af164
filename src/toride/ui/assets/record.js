"use strict";
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.dataset.done = "";
      setTimeout(() => delete button.dataset.done, 1500);
    });
  });

  // What was revealed is hidden again by itself: what stood there before comes back.
  const hide = (box) => {
    const cell = box.closest("[id^=field-]");
    const end = Date.now() + Number(box.dataset.maskAfter) * 1000;
    box.removeAttribute("data-mask-after");
    const words = box.querySelector("[data-left]");
    const text = words.textContent;
    const tick = setInterval(() => {
      const left = Math.ceil((end - Date.now()) / 60000);
      if (!box.isConnected) return clearInterval(tick);
      words.textContent = text.replace(/\d+/, Math.max(left, 1));
      if (Date.now() < end) return;
      clearInterval(tick);
      cell.replaceChildren(...cell.former);
      htmx.process(cell);
    }, 1000);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const cell = event.detail.target;
    if (cell.id?.startsWith("field-") && event.detail.xhr.status < 400) cell.former = [...cell.childNodes];
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.detail.target.querySelector?.("[data-mask-after]");
    if (box) hide(box);
  });

  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-sift]");
    if (!box) return;
    const wanted = box.value.normalize("NFKC").trim().toLowerCase();
    const place = document.querySelector(box.dataset.sift);
    let found = 0;
    for (const part of place.querySelectorAll("section")) {
      let here = 0;
      for (const item of part.querySelectorAll("li")) {
        item.hidden = !item.textContent.normalize("NFKC").toLowerCase().includes(wanted);
        if (!item.hidden) here += 1;
      }
      part.hidden = !here;
      found += here;
    }
    document.getElementById(`${place.id}-none`).hidden = found > 0;
  });
})();
