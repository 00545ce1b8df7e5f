// The opening: asks every few seconds whether there is news, and puts in the parts that changed. Everything works without.
(() => {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const state = document.querySelector("[data-live-state]");
  const every = Number(place.dataset.every) * 1000;
  const patience = 15 * 60 * 1000; // a page left alone must not keep a login alive for ever
  const parser = new DOMParser();
  let touched = Date.now();
  let going = true;

  const typing = (part) =>
    part.contains(document.activeElement) ||
    [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((field) =>
      field.type === "checkbox" ? field.checked : field.value !== field.defaultValue,
    );

  const renew = (text) => {
    const fresh = parser.parseFromString(text, "text/html").querySelector("[data-mark]");
    const old = place.querySelector("[data-mark]");
    if (!fresh) return location.reload(); // a login page, or one of an error: show it as it is
    const parts = new Map([...fresh.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    let kept = false;
    old.querySelectorAll("[data-part]").forEach((part) => {
      const next = parts.get(part.dataset.part);
      if (!next || next.innerHTML === part.innerHTML) return;
      if (part.dataset.part !== "state" && typing(part)) {
        kept = true;
        return;
      }
      const ticked = part.querySelector("#sure_confirm")?.checked;
      part.replaceChildren(...next.childNodes);
      const tick = part.querySelector("#sure_confirm");
      if (tick && ticked) tick.checked = true;
    });
    if (parts.has("earlier") && !old.querySelector("[data-part=earlier]")) return location.reload();
    old.dataset.mark = fresh.dataset.mark;
    window.countDown(place);
    state.textContent = kept ? state.dataset.newer : state.dataset.alive;
  };

  const ask = async () => {
    const mark = place.querySelector("[data-mark]").dataset.mark;
    try {
      const answer = await fetch(`${place.dataset.live}?seen=${mark}`, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return location.reload();
      if (answer.status === 200) renew(await answer.text());
      else if (answer.status === 204) state.textContent = state.dataset.alive;
      else state.textContent = state.dataset.broken;
    } catch {
      state.textContent = state.dataset.broken;
    }
  };

  const tick = async () => {
    if (Date.now() - touched > patience) {
      state.textContent = state.dataset.paused;
      going = false;
      return;
    }
    if (!document.hidden) await ask();
    setTimeout(tick, every);
  };
  const touch = () => {
    touched = Date.now();
    if (going) return;
    going = true;
    tick();
  };
  ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, touch));
  document.addEventListener("visibilitychange", () => document.hidden || touch());
  state.textContent = state.dataset.alive;
  setTimeout(tick, every);
})();
