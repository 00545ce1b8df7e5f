// Offers titles while somebody types; without it the form simply searches.
(() => {
  const field = document.querySelector("input[data-suggest]");
  if (!field) return;
  const list = document.getElementById(field.getAttribute("list"));
  let waiting = 0, asked = "";
  const ask = async () => {
    const typed = field.value.trim();
    if (!typed || typed === asked) return;
    asked = typed;
    const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`).catch(() => null);
    if (!answer || !answer.ok || typed !== field.value.trim()) return;
    const { suggestions } = await answer.json();
    list.replaceChildren(...suggestions.map(({ title, kind }) => {
      const option = document.createElement("option");
      option.value = title;
      option.label = kind;
      return option;
    }));
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });
})();
