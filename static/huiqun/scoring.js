// The score sheet: each box saves itself when left, arrow keys move between boxes. The Save button does it all without.
(() => {
  const sheet = document.querySelector("form[data-cell]");
  if (!sheet) return;
  const boxes = [...sheet.querySelectorAll("input[data-bid]")];
  const saved = new Map(boxes.map((box) => [box, box.value]));
  const turns = new Map();
  const say = (box, words, wrong) => {
    const line = document.getElementById(`s${box.id}`);
    line.textContent = words;
    line.classList.toggle("wrong", Boolean(wrong));
    box.classList.toggle("is-invalid", Boolean(wrong));
    box.toggleAttribute("aria-invalid", Boolean(wrong));
  };
  const send = async (box) => {
    const typed = box.value;
    if (saved.get(box) === typed && !box.classList.contains("is-invalid")) return;
    const turn = (turns.get(box) || 0) + 1;
    turns.set(box, turn);
    say(box, sheet.dataset.saving);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", sheet.elements.csrfmiddlewaretoken.value);
    body.set("bid", box.dataset.bid);
    body.set("criterion", box.dataset.criterion);
    body.set("points", typed);
    try {
      const answer = await fetch(sheet.dataset.cell, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (turns.get(box) !== turn) return; // something newer was typed meanwhile
      if (!told.saved) return say(box, told.error, true);
      saved.set(box, typed);
      say(box, typed.trim() ? sheet.dataset.saved : "");
      sheet.querySelectorAll(`[data-total="${box.dataset.bid}"]`).forEach((place) => { place.textContent = told.total; });
      sheet.querySelectorAll("[data-left]").forEach((place) => { place.textContent = told.left; });
    } catch {
      if (turns.get(box) === turn) say(box, sheet.dataset.failed, true);
    }
  };
  const go = (box, down, right) => {
    const row = box.closest("tr");
    const inputs = [...row.querySelectorAll("input[data-bid]")];
    if (right) return inputs[inputs.indexOf(box) + right];
    const column = boxes.filter((other) => other.dataset.bid === box.dataset.bid);
    return column[column.indexOf(box) + down];
  };
  sheet.addEventListener("change", (event) => { if (event.target.matches("input[data-bid]")) send(event.target); });
  sheet.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches("input[data-bid]") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const start = box.selectionStart === 0 && box.selectionEnd === box.selectionStart;
    const end = box.selectionEnd === box.value.length && box.selectionEnd === box.selectionStart;
    const whole = box.selectionStart === 0 && box.selectionEnd === box.value.length;
    const moves = { ArrowDown: [1, 0], Enter: [1, 0], ArrowUp: [-1, 0] };
    if (start || whole) moves.ArrowLeft = [0, -1];
    if (end || whole) moves.ArrowRight = [0, 1];
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const next = go(box, ...move);
    if (!next) return send(box);
    next.focus();
    next.select();
  });
})();
// A clock that runs down beside the time it runs to; the site's clock decides, this one only shows.
document.querySelectorAll("[data-until]").forEach((place) => {
  const end = Date.now() + (Number(place.dataset.until) - Number(place.dataset.now)) * 1000;
  const words = document.createElement("span");
  place.append(document.createElement("br"), words);
  const tick = () => {
    const left = Math.floor((end - Date.now()) / 1000);
    if (left < 0) {
      words.textContent = place.dataset.over;
      place.classList.add("hot");
      return;
    }
    const two = (number) => String(number).padStart(2, "0");
    words.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    setTimeout(tick, 1000);
  };
  tick();
});
