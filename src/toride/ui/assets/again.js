"use strict";
// A session that ended takes nothing that was typed along: sign in in another tab, come back, send it again.
(() => {
  const note = () => document.getElementById("ended");
  document.addEventListener("session-ended", () => {
    const one = note();
    if (!one) return location.reload();
    one.hidden = false;
    one.scrollIntoView({ block: "nearest" });
  });
  const back = async () => {
    const one = note();
    if (!one || one.hidden || document.hidden) return;
    const said = await (await fetch(one.dataset.again, { headers: { Accept: "application/json" } })).json();
    if (!said.who) return;
    if (said.who !== one.dataset.who) return location.assign("/"); // somebody else: nothing of the one before is theirs
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = said.token;
    one.hidden = true;
  };
  document.addEventListener("visibilitychange", back);
  addEventListener("focus", back);
})();
