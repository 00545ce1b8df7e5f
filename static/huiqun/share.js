// Copies the article with its styles; without it the reader opens it alone and copies by hand.
(() => {
  const button = document.querySelector("button[data-copy-from]");
  if (!button) return;
  const show = (name) => document.querySelectorAll("[data-copied], [data-not-copied]").forEach((line) => { line.hidden = !line.hasAttribute(name); });
  const byHand = () => {
    const frame = document.querySelector("iframe.paper"), inside = frame && frame.contentDocument;
    if (!inside || inside.readyState !== "complete" || !inside.body.textContent) return false;
    frame.contentWindow.focus();
    const range = inside.createRange(), selection = frame.contentWindow.getSelection();
    range.selectNodeContents(inside.body);
    selection.removeAllRanges();
    selection.addRange(range);
    return inside.execCommand("copy");
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    // from the frame first: its own policy allows the styles that this page's does not
    if (byHand()) return show("data-copied");
    try {
      const text = await (await fetch(button.dataset.copyFrom)).text();
      const body = text.slice(text.indexOf("<body>") + 6, text.lastIndexOf("</body>"));
      await navigator.clipboard.write([new ClipboardItem({
        "text/html": new Blob([body], { type: "text/html" }),
        "text/plain": new Blob([body.replace(/<[^>]*>/g, " ")], { type: "text/plain" }),
      })]);
      show("data-copied");
    } catch {
      show("data-not-copied");
    }
  });
})();
