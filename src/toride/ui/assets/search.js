"use strict";
// Finding customers: search as typed, the list by key, the panel beside it, the palette. Nothing is kept in the browser.
(() => {
  const REST = 200, GLANCE = 120;
  const $ = (selector, from = document) => from.querySelector(selector);
  const narrow = matchMedia("(max-width: 48rem)");
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  // A search begins when typing rests; letters that an input method has not turned into kana yet are no search.
  const former = new WeakMap(), waiting = new WeakMap();
  const ask = (form) => form.dispatchEvent(new CustomEvent("asked", { bubbles: true }));
  const typed = (box, composes) => {
    clearTimeout(waiting.get(box));
    if (composes && /[a-zａ-ｚ]$/i.test(box.value)) return;
    waiting.set(box, setTimeout(() => {
      if (former.get(box) === box.value) return;
      former.set(box, box.value);
      ask(box.form);
    }, REST));
  };
  document.addEventListener("input", (event) => {
    if (event.target.id === "palette-q") { stepped = ""; sift(event.target.value); }
    if (event.target.matches("[data-search], #palette-q")) typed(event.target, event.isComposing);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches("[data-search], #palette-q")) typed(event.target, false);
  });

  // Filters, order, columns: one form holds them, chips and heads of columns only set its inputs.
  const list = () => $("#list");
  const put = (name, value) => {
    const input = list().elements[name];
    if (input instanceof RadioNodeList) for (const one of input) one.checked = one.value === value;
    else if (input instanceof HTMLSelectElement && value && ![...input.options].some((one) => one.value === value)) return;
    else if (input) input.value = value;
  };
  const clear = () => {
    for (const input of list().querySelectorAll("[data-drop=filter] :is(input:not([type=hidden]), select), [data-linked]")) input.value = "";
    ask(list());
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("#list .drop :is(input, select)")) ask(list());
  });
  document.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip"), head = event.target.closest("[data-sort]");
    if (chip) {
      put(chip.dataset.name, chip.getAttribute("aria-pressed") === "true" ? "" : chip.dataset.value);
      ask(list());
    } else if (head) {
      const turned = head.closest("[aria-sort]")?.ariaSort === "ascending";
      put("sort", head.dataset.sort);
      put("order", turned ? "down" : "up");
      ask(list());
    } else if (event.target.closest("[data-clear]")) clear();
    for (const open of document.querySelectorAll(".drop[open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.target.id === "list") $("#count").textContent = "";
  });

  // The list: one row is current; the panel shows it in brief.
  const rows = () => [...document.querySelectorAll("#rows tr[data-peek]")];
  const current = () => $("#rows tr[tabindex='0']");
  const peek = () => $("#peek");
  const peeking = () => peek() && !peek().hidden;
  const move = (to) => {
    if (!to) return;
    to.focus();
    to.scrollIntoView({ block: "nearest" });
    if (peeking()) glance(to);
  };
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("#rows tr[data-peek]");
    if (!row || row === current()) return;
    current()?.setAttribute("tabindex", "-1");
    row.tabIndex = 0;
  });
  const step = (by) => {
    const all = rows(), at = all.indexOf(current());
    move(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  let soon;
  const glance = (row) => { clearTimeout(soon); soon = setTimeout(() => show(row), GLANCE); };
  const show = (row) => {
    if (!row?.isConnected) return;
    for (const one of rows()) one.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    const { csrfmiddlewaretoken, for: purpose } = list().elements;
    const values = { csrfmiddlewaretoken: csrfmiddlewaretoken.value, for: purpose.value };
    htmx.ajax("POST", row.dataset.peek, { target: "#peek", source: "#peek", values }).then(() => {
      if (!row.isConnected || row.ariaCurrent !== "true") return; // closed, or another was asked for, meanwhile
      peek().hidden = false;
      place(row);
    });
  };
  const place = (row) => {
    const words = $("[data-place]", peek());
    const total = $("#count button, [data-total]")?.textContent.trim() ?? "";
    if (words) words.textContent = $("#finding").dataset.of.replace("%(total)s", total).replace("%(place)s", rows().indexOf(row) + 1);
  };
  const shut = () => {
    clearTimeout(soon);
    const row = $("#rows [aria-current]");
    peek().hidden = true;
    peek().replaceChildren();
    row?.removeAttribute("aria-current");
    (row ?? current())?.focus();
  };
  const open = (row) => { const link = $("th a", row); if (link) link.click(); };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("#rows tr[data-peek]");
    if (row && !event.target.closest("a, button, label") && !getSelection().toString()) {
      if (narrow.matches) return open(row);
      move(row);
      clearTimeout(soon);
      show(row);
    }
    const turn = event.target.closest("[data-step]");
    if (turn) { step(Number(turn.dataset.step)); turn.focus(); }
    if (event.target.closest("[data-unpeek]")) shut();
  });
  // One star, shown in two places.
  document.addEventListener("htmx:afterRequest", (event) => {
    const asked = event.detail.requestConfig;
    if (!event.detail.successful || !asked.elt.matches("[data-star]")) return;
    const on = asked.parameters.on === "1";
    for (const one of document.querySelectorAll("[data-star]")) {
      if (one.getAttribute("hx-post") !== asked.path) continue;
      one.setAttribute("aria-pressed", String(on));
      one.value = on ? "0" : "1";
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "rows" && peeking() && !$("#rows [aria-current]")) {
      peek().hidden = true;
      peek().replaceChildren();
    }
  });

  // Dialogs, panels and the palette.
  const palette = () => $("#palette");
  const options = () => [...document.querySelectorAll("#palette-list [role=option]")].filter((one) => !one.hidden);
  const choose = (at) => {
    const all = options(), box = $("#palette-q");
    for (const one of document.querySelectorAll("#palette-list [role=option]")) one.setAttribute("aria-selected", "false");
    const one = all[(at + all.length) % all.length];
    box.removeAttribute("aria-activedescendant");
    if (!one) return;
    one.setAttribute("aria-selected", "true");
    one.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", one.id);
  };
  const chosen = () => options().findIndex((one) => one.ariaSelected === "true");
  // Whom the keys chose stays chosen when more is found.
  let stepped = "";
  const turn = (by) => { choose(chosen() + by); stepped = options()[chosen()]?.id ?? ""; };
  const sift = (text) => {
    const wanted = text.normalize("NFKC").trim().toLowerCase();
    const group = $("#palette-list [data-ways]");
    for (const one of group.querySelectorAll("[role=option]")) one.hidden = !one.textContent.normalize("NFKC").toLowerCase().includes(wanted);
    group.hidden = !group.querySelector("[role=option]:not([hidden])");
    choose(0);
  };
  const find = () => {
    const box = $("#palette-q");
    if (!palette() || palette().open) return;
    box.value = stepped = "";
    former.delete(box);
    palette().showModal();
    sift("");
    if (box.form.hasAttribute("hx-post")) ask(box.form);
  };
  // What the palette found does not wait behind the page.
  document.addEventListener("close", (event) => { if (event.target.id === "palette") $("#palette-people").replaceChildren(); }, true);
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target.id === "palette-people" && !palette().open) event.detail.shouldSwap = false; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "palette-people") choose(Math.max(0, options().findIndex((one) => one.id === stepped)));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) find();
    const call = event.target.closest("[data-dialog]");
    if (call) { call.closest(".drop")?.removeAttribute("open"); document.getElementById(call.dataset.dialog).showModal(); }
    if (event.target.closest("[data-shut]")) event.target.closest("dialog").close();
    if (event.target.matches("dialog.palette")) event.target.close();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#palette")) return;
    event.preventDefault();
    event.stopPropagation();
    options()[chosen()]?.click();
  }, true);

  const inPalette = (event) => {
    if (event.key === "ArrowDown") turn(1);
    else if (event.key === "ArrowUp") turn(-1);
    else return false;
    return true;
  };
  const inList = (event) => {
    const row = event.target.closest("#rows tr[data-peek]");
    const free = event.target === document.body || event.target.id === "main" || event.target.id === "rows" || event.target.closest("#rows table, #peek");
    if (event.target.matches("[data-search]") && event.key === "ArrowDown") move(current() ?? rows()[0]);
    else if (!list() || !free || typing(event.target)) return false;
    else if (["j", "ArrowDown"].includes(event.key)) row || peeking() ? step(1) : move(current());
    else if (["k", "ArrowUp"].includes(event.key)) step(-1);
    else if (event.key === "o") open(current());
    else if (event.key === "s") $("[data-star]", current())?.click();
    else if (row === event.target && ["Enter", "ArrowRight"].includes(event.key)) {
      if (narrow.matches) open(row);
      else if (row.ariaCurrent && peeking()) $("[data-open]", peek())?.focus();
      else show(row);
    } else return false;
    return true;
  };
  const everywhere = (event) => {
    const box = $("[data-search]");
    if (event.key === "/") box ? (box.focus(), box.select()) : find();
    else if (event.key === "?") $("#keys")?.showModal();
    else if (event.key === "[") $("[data-fold]")?.click();
    else return false;
    return true;
  };
  const escape = (event) => {
    const dropped = $(".drop[open]");
    if (dropped) { dropped.open = false; $("summary", dropped).focus(); }
    else if (peeking() && !event.target.matches("[data-search]")) shut();
    else return false;
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (composing(event)) { if (event.key === "Enter" && event.target.matches("[data-search], #palette-q")) event.stopPropagation(); return; }
    const modal = $("dialog[open]");
    let done = false;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      if (!modal) find();
      done = true;
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (modal) done = modal.id === "palette" && inPalette(event);
    else if (event.key === "Escape") done = escape(event);
    else done = inList(event) || (!typing(event.target) && everywhere(event)) || (event.key === "/" && event.target.matches("[data-search]") && !event.target.value);
    if (done) event.preventDefault();
  });
})();
