"use strict";
// One place tells of every request that failed, with a way to send it again; nothing typed is lost by it.
(() => {
  const LONGEST = 30000, FAILED = 500;
  const bar = () => document.getElementById("failure");
  let again = null, about = "";
  const hide = () => {
    again = null;
    if (bar()) bar().hidden = true;
  };
  const tell = (text, key, retry) => {
    const one = bar();
    if (!one) return;
    [again, about] = [retry, key];
    one.querySelector("[data-words]").textContent = text;
    one.querySelector("[data-retry]").hidden = !retry;
    one.hidden = false;
    one.scrollIntoView({ block: "nearest" });
  };
  const words = (kind) => bar()?.dataset[kind] ?? "";
  // What a failing server still said: its title, its advice and the number to quote.
  const said = (xhr) => {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-failure]");
    return page ? [...page.querySelectorAll("h1, h2, p")].map((one) => one.textContent.trim()).join(" ") : words("broken");
  };

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("[type=file], :has([type=file])")) event.detail.timeout = LONGEST;
  });
  const retry = ({ requestConfig: asked, target }) => () => {
    const send = asked.elt.isConnected ? asked.elt : document.body;
    htmx.ajax(asked.verb, asked.path, { source: send, target, values: asked.elt.matches("form") ? undefined : asked.parameters });
  };
  const failed = (kind) => (event) => {
    const { requestConfig: asked, xhr } = event.detail;
    if (kind === "broken" && xhr.status < FAILED) return;
    tell(kind === "broken" ? said(xhr) : words(kind), asked.path, retry(event.detail));
  };
  document.addEventListener("htmx:sendError", failed("offline"));
  document.addEventListener("htmx:timeout", failed("late"));
  document.addEventListener("htmx:responseError", failed("broken"));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= FAILED) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.path === about) hide();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#failure [data-retry]")) {
      const send = again;
      hide();
      send?.();
    } else if (event.target.closest("#failure [data-close]")) hide();
  });
  // Requests of other scripts: `document.dispatchEvent(new CustomEvent("request-failed", { detail: { retry } }))`.
  document.addEventListener("request-failed", (event) => tell(words("offline"), "", event.detail?.retry));

  // A form that leads to another page is sent only while the server answers, for the browser's own error page keeps nothing.
  const sure = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target, by = event.submitter;
    if (event.defaultPrevented || sure.delete(form) || !bar() || form.method !== "post" || !form.closest("main, dialog")) return;
    if (form.matches("[hx-post], [data-upload], [method=dialog]") || by?.matches("[hx-post]")) return;
    if (!form.querySelector("input:not([type=hidden]), textarea, select")) return;
    event.preventDefault();
    const send = () => fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(LONGEST) })
      .then((answer) => { if (!answer.ok) throw new Error(); })
      .then(() => { hide(); sure.add(form); form.requestSubmit(by); }, () => tell(words("offline"), "", send));
    send();
  });

  // Leaving asks while something typed is not saved; what a list is asked, and what is kept at every change, is no such text.
  const LEFT = "main form[method=post]:not(#list, [hx-trigger]), dialog:not(.palette) form[method=post]";
  const CHOSEN = new Set(["checkbox", "radio"]), UNWRITTEN = new Set(["hidden", "submit", "button", "file"]);
  const altered = (input) => {
    if (UNWRITTEN.has(input.type) || input.disabled || !input.name) return false;
    if (CHOSEN.has(input.type)) return input.checked !== input.defaultChecked;
    if (input.options) return [...input.options].some((one) => one.selected !== one.defaultSelected) && [...input.options].some((one) => one.defaultSelected);
    return input.value !== input.defaultValue;
  };
  const text = (input) => input.matches("textarea, input") && !CHOSEN.has(input.type) && altered(input);
  const unsaved = (form) => form.dataset.typed || form.querySelector("[aria-invalid=true]") || [...form.elements].some(text);
  let leaving = null;
  document.addEventListener("submit", (event) => { leaving = event.target; });
  document.addEventListener("htmx:beforeRequest", (event) => { leaving = event.detail.elt.closest("form"); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !event.detail.xhr.getResponseHeader("HX-Redirect")) leaving = null;
  });
  addEventListener("beforeunload", (event) => {
    if (bar() && [...document.querySelectorAll(LEFT)].some((one) => one !== leaving && unsaved(one))) event.preventDefault();
  });

  // Only what the person altered is sent; what stands is left as it stands.
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt: form, parameters } = event.detail;
    if (!form.matches("form[data-typed]")) return;
    const typed = form.dataset.typed.split(" ");
    for (const input of form.elements) {
      if (UNWRITTEN.has(input.type) || !input.name || altered(input) || typed.includes(input.name)) continue;
      delete parameters[input.name];
    }
  });
})();
