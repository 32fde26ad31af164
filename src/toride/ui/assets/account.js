"use strict";
// Passkeys and security keys: what the server asks, the browser answers, and the form carries it back.
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const make = (asked) =>
    navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: ids(asked.excludeCredentials),
      },
    });
  const give = (asked) =>
    navigator.credentials.get({
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: ids(asked.allowCredentials) },
    });
  const plain = (found) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (found.response[name]) response[name] = text(found.response[name]);
    }
    return { id: found.id, rawId: text(found.rawId), type: found.type, clientExtensionResults: {}, response };
  };

  const ask = async (button) => {
    const answer = await fetch(button.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(button.form)) });
    if (!answer.ok) throw new Error();
    return answer.json();
  };

  if (window.PublicKeyCredential) for (const form of document.querySelectorAll("[data-passkey-form]")) form.hidden = false;

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-passkey]");
    if (!button || !button.form.reportValidity()) return;
    const failed = button.form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    button.disabled = true;
    try {
      const asked = (button.dataset.ask ? await ask(button) : JSON.parse(button.dataset.options)).publicKey;
      const found = await (button.dataset.passkey === "make" ? make(asked) : give(asked));
      button.form.elements[button.dataset.into].value = JSON.stringify(plain(found));
      button.form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
})();
