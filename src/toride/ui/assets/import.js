"use strict";
// A file goes up in parts, each sealed as it arrives; a broken connection is gone on from where it stands.
(() => {
  const TRIES = 4;
  const form = document.querySelector("form[data-upload]");
  document.addEventListener("submit", (event) => {
    const sure = event.target.dataset.sure;
    if (sure && !confirm(sure)) event.preventDefault();
  });
  // The columns are kept at every choice; what is being typed is not sent, and a click outlives the part it stood in.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-quiet]")) event.stopPropagation();
  }, true);
  document.addEventListener("click", (event) => {
    const go = event.target.closest("[data-go]");
    if (go) go.form.elements.go.value = go.dataset.go;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const go = document.querySelector("#columns [name=go]");
    if (go) go.value = "";
  });
  if (!form) return;
  const box = form.querySelector("[type=file]");
  const drop = form.querySelector("[data-drop]");
  const errors = form.querySelector("[data-errors]");
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const said = form.querySelector("[data-sent]");
  const button = form.querySelector("button:not([type=button])");
  const token = () => form.elements.csrfmiddlewaretoken.value;
  const megabytes = (bytes) => (bytes / 1048576).toFixed(1);

  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.toggleAttribute("data-over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) box.files = event.dataTransfer.files;
    });
  }

  const show = (text) => {
    errors.replaceChildren();
    if (!text) return;
    const note = document.createElement("p");
    note.className = "note";
    note.dataset.tone = "late";
    note.setAttribute("role", "alert");
    note.textContent = text;
    errors.append(note);
  };

  const put = (address, offset, part, size) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PUT", address);
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("X-Offset", String(offset));
      request.setRequestHeader("HX-Request", "true");
      request.upload.onprogress = (event) => {
        bar.max = size;
        bar.value = offset + event.loaded;
        said.textContent = `${megabytes(bar.value)} / ${megabytes(size)} MB`;
      };
      request.onload = () => resolve(request);
      request.onerror = request.ontimeout = () => reject(new Error("connection"));
      request.send(part);
    });

  const upload = async (plan, file) => {
    let offset = 0;
    let tries = 0;
    while (offset < file.size) {
      let answer;
      try {
        answer = await put(plan.put, offset, file.slice(offset, offset + plan.part), file.size);
      } catch (error) {
        tries += 1;
        if (tries >= TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
        continue;
      }
      if (answer.status === 200 || answer.status === 409) {
        const stands = JSON.parse(answer.responseText).stands;
        if (answer.status === 409 && (tries += 1) >= TRIES) throw new Error("connection");
        if (answer.status === 200) tries = 0;
        offset = stands;
      } else {
        errors.innerHTML = answer.responseText;
        return false;
      }
    }
    return true;
  };

  let plan = null;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = box.files[0];
    if (!file) return;
    if (file.size > Number(form.dataset.most)) { show(form.dataset.large); return; }
    show("");
    button.disabled = true;
    try {
      if (!plan || plan.file !== file) {
        const body = new FormData(form);
        body.set("name", file.name);
        body.set("size", String(file.size));
        const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
        if (answer.headers.get("HX-Redirect")) { location.assign(answer.headers.get("HX-Redirect")); return; }
        if (!answer.ok) { errors.innerHTML = await answer.text(); return; }
        plan = { ...(await answer.json()), file };
      }
      sending.hidden = false;
      if (await upload(plan, file)) { location.assign(plan.next); return; }
      plan = null;
    } catch {
      show(form.dataset.broke);
      button.textContent = form.dataset.on;
    } finally {
      button.disabled = false;
    }
  });
})();
