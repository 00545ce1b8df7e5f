// Uploads that survive a bad line: the file goes in pieces, each with its checksum; what has arrived is not sent again.
const form = document.querySelector("form[data-upload]");
if (form && window.crypto && crypto.subtle) {
  const state = form.querySelector("[data-upload-state]");
  const token = form.elements.csrfmiddlewaretoken.value;
  const bar = document.createElement("progress");
  const tell = (words, wrong) => {
    state.textContent = words;
    state.classList.toggle("error", Boolean(wrong));
  };
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const ask = async (address, options = {}) => {
    const response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", "X-CSRFToken": token, ...(options.headers || {}) },
    });
    if (response.status === 404) throw Object.assign(new Error(form.dataset.gone), { final: true });
    const answer = await response.json();
    if (!response.ok && response.status < 500) {
      // 409 is a piece to be sent again, unless the answer says that nothing is taken any more
      throw Object.assign(new Error(answer.error), { final: response.status !== 409 || answer.over });
    }
    if (!response.ok) throw new Error(String(response.status));
    return answer;
  };
  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  // one key a file: choosing it again after a broken line goes on with the same upload
  const key = (file) => ["upload", form.dataset.upload, file.name, file.size, file.lastModified].join("|");
  const begin = async (file) => {
    const known = localStorage.getItem(key(file));
    if (known) {
      try {
        return await ask(form.dataset.upload + known + "/");
      } catch (problem) {
        if (!problem.final) throw problem; // the line is still broken: what has arrived is not given up
        localStorage.removeItem(key(file));
      }
    }
    const body = new URLSearchParams({ name: file.name, size: file.size, criterion: form.elements.criterion.value });
    const begun = await ask(form.dataset.upload, { method: "POST", body });
    localStorage.setItem(key(file), begun.id);
    return begun;
  };
  const send = async (file, upload) => {
    const arrived = new Set(upload.received);
    for (let number = 0; number < upload.pieces; number += 1) {
      if (arrived.has(number)) continue;
      const body = await file.slice(number * upload.piece, (number + 1) * upload.piece).arrayBuffer();
      const sum = hex(await crypto.subtle.digest("SHA-256", body));
      await ask(form.dataset.upload + upload.id + "/" + number + "/", {
        method: "PUT",
        body,
        headers: { "X-Piece-SHA256": sum, "Content-Type": "application/octet-stream" },
      });
      arrived.add(number);
      bar.value = arrived.size / upload.pieces;
    }
  };
  const upload = async (file) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const begun = await begin(file);
        await send(file, begun);
        tell(form.dataset.checking);
        return await ask(form.dataset.upload + begun.id + "/finish/", { method: "POST" });
      } catch (problem) {
        if (problem.final || attempt > 8) throw problem;
        tell(form.dataset.resume, true);
        await wait(Math.min(2 ** attempt, 30));
      }
    }
  };
  form.addEventListener("submit", async (event) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    bar.value = 0;
    state.before(bar);
    tell("");
    try {
      await upload(file);
      localStorage.removeItem(key(file));
      if (window.saveDraft) await window.saveDraft();
      window.location.reload();
    } catch (problem) {
      if (problem.final) localStorage.removeItem(key(file));
      tell(problem.message, true);
      bar.remove();
      button.disabled = false;
    }
  });
}
