// Keeps a draft while it is typed and shows what the rules say of it. Without this, “Keep” does the same.
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const side = document.getElementById("rules"), saved = document.getElementById("saved");
  let timer = 0, dirty = false, busy = false;
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(keep, pause); };

  // what a rule says of one field is shown under it, as the page itself does when it is loaded
  function hints() {
    document.querySelectorAll("[data-hint]").forEach((place) => {
      const said = side.querySelector(`[data-hint-for="${place.dataset.hint}"]`);
      place.innerHTML = said ? said.innerHTML : "";
      const field = document.getElementById(`id_${place.dataset.hint}`);
      if (field) field.classList.toggle("is-invalid", Boolean(said && said.dataset.blocks));
    });
  }

  async function keep() {
    if (busy) return later(400);
    busy = true; dirty = false;
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, {
        method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, credentials: "same-origin",
      });
      if (answer.redirected || (answer.status >= 300 && ![400, 409].includes(answer.status))) throw new Error(answer.status);
      side.innerHTML = await answer.text();
      hints();
      const state = document.getElementById("side");
      if (answer.status !== 409) document.querySelectorAll("input[name=version]").forEach((one) => { one.value = state.dataset.version; });
      saved.textContent = state.dataset.saved;
    } catch {
      dirty = true; saved.textContent = form.dataset.unsaved; later(5000);
    } finally { busy = false; }
  }

  hints();
  form.addEventListener("input", () => { dirty = true; later(800); });
  form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
