// Offers the names of places while one is typed. Without it, the name or the code is typed in full.
for (const field of document.querySelectorAll("input[data-areas]")) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-areas`;
  field.after(list);
  field.setAttribute("list", list.id);
  let wait;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      const words = field.value.trim();
      if (words.length < 2) return list.replaceChildren();
      const answer = await fetch(`/areas.json?q=${encodeURIComponent(words)}`);
      if (!answer.ok || words !== field.value.trim()) return;
      list.replaceChildren(...(await answer.json()).areas.map(({code, name}) => {
        const option = document.createElement("option");
        option.value = name;
        option.label = code;
        return option;
      }));
    }, 150);
  });
}
