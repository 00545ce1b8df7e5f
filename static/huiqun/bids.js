// The bid room: saves the draft by itself, counts down by the server's clock. Everything works without it.
window.countDown = (within) => within.querySelectorAll("[data-countdown]:not([data-counting])").forEach((line) => {
  line.dataset.counting = "";
  const until = Date.parse(line.dataset.until);
  const ahead = Date.parse(line.dataset.now) - Date.now();
  const two = (number) => String(number).padStart(2, "0");
  const show = () => {
    if (!line.isConnected) return;
    const left = Math.floor((until - Date.now() - ahead) / 1000);
    line.classList.toggle("hot", left < 3600);
    if (left < 0) {
      line.textContent = line.dataset.over;
      return;
    }
    const days = Math.floor(left / 86400);
    const time = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60].map(two).join(":");
    line.textContent = (days ? line.dataset.days.replace("%d", days) + " " : "") + time;
    setTimeout(show, 1000);
  };
  show();
});
window.countDown(document);

const draft = document.querySelector("form[data-autosave]");
if (draft && !draft.inert) {
  const state = draft.querySelector("[data-save-state]");
  let dirty = false;
  let busy = false;
  const tell = (words, wrong) => {
    state.textContent = words;
    state.classList.toggle("error", Boolean(wrong));
  };
  const mark = (errors) => {
    draft.querySelectorAll("[data-error-for]").forEach((place) => {
      const field = draft.elements[place.dataset.errorFor];
      place.textContent = errors[place.dataset.errorFor] || "";
      if (field) field.classList.toggle("is-invalid", Boolean(place.textContent));
    });
  };
  const list = (checks) => {
    const place = document.querySelector("[data-checks]");
    place.replaceChildren(
      ...checks.map((check) => {
        const line = document.createElement("li");
        line.className = check.effect;
        line.textContent = check.label;
        if (check.message) line.appendChild(document.createElement("small")).textContent = check.message;
        return line;
      }),
    );
  };
  const saved = (answer) => {
    document.querySelectorAll("input[name=version]").forEach((field) => {
      field.value = answer.version;
    });
    mark(answer.errors);
    list(answer.checks);
    const total = draft.querySelector("[data-total]");
    total.textContent = answer.total ? "= " + answer.total : "";
    tell(draft.dataset.saved + " " + new Date().toLocaleTimeString());
  };
  const save = async () => {
    if (!dirty || busy) return;
    busy = true;
    dirty = false;
    tell(draft.dataset.saving);
    try {
      const response = await fetch(draft.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(draft)),
        headers: { Accept: "application/json" },
      });
      const answer = await response.json();
      if (response.ok) saved(answer);
      else tell(answer.error, true);
    } catch {
      dirty = true;
      tell(draft.dataset.failed, true);
    }
    busy = false;
  };
  draft.addEventListener("input", () => {
    dirty = true;
  });
  draft.addEventListener("submit", () => {
    dirty = false;
  });
  setInterval(save, 4000);
  // uploads and other forms of the page leave it: what was typed is saved first
  window.saveDraft = async () => {
    while (busy) await new Promise((done) => setTimeout(done, 100));
    await save();
  };
}
