// A button that puts a text into a field: dates are replaced, longer texts are added to what stands there.
(() => {
  document.querySelectorAll("[data-fill][hidden]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    const field = button && document.getElementById(button.dataset.fill);
    if (!field) return;
    event.preventDefault();
    const before = field.tagName === "TEXTAREA" ? field.value.trimEnd() : "";
    field.value = before ? `${before}\n${button.dataset.value}` : button.dataset.value;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
