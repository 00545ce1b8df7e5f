// Keeps a draft while it is typed and shows what the rules say of it. Without this, “Keep” does the same.
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const side = document.getElementById("rules"), saved = document.getElementById("saved");
  let timer = 0, dirty = false, busy = false;
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(keep, pause); };

  async function keep() {
    if (busy) return later(400);
    busy = true; dirty = false;
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, {
        method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, credentials: "same-origin",
      });
      if (answer.redirected || (answer.status >= 300 && ![400, 409].includes(answer.status))) throw new Error(answer.status);
      side.innerHTML = await answer.text();
      const state = document.getElementById("side");
      if (answer.status !== 409) document.querySelectorAll("input[name=version]").forEach((one) => { one.value = state.dataset.version; });
      saved.textContent = state.dataset.saved;
    } catch {
      dirty = true; saved.textContent = form.dataset.unsaved; later(5000);
    } finally { busy = false; }
  }

  form.addEventListener("input", () => { dirty = true; later(800); });
  form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (!fill) return;
    const field = document.getElementById(fill.dataset.fill);
    field.value = fill.dataset.value; field.focus(); later(0);
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
