// A button that copies a text. Without this the text is there to be marked and copied by hand.
(() => {
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy), status = document.querySelector("[data-copy-status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.focus(); field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        status.textContent = button.dataset.copied;
      } catch {
        status.textContent = button.dataset.byHand; // no permission, or a page without TLS
      }
    });
  });
})();
