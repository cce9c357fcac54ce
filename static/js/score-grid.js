// The score grid by keyboard: Enter and the arrow keys walk down the column, a column copied from a
// spreadsheet can be pasted, and what was typed survives a session that expired. Without this file
// Tab walks, and nothing else is lost.
const form = document.querySelector("form[data-score-grid]");
if (form) {
  const fields = [...form.querySelectorAll("input.input")];
  document.querySelector("[data-keys]")?.removeAttribute("hidden");

  form.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const place = fields.indexOf(event.target);
    if (!step || place < 0) return;
    event.preventDefault(); // Enter would send the form
    const next = fields[place + step];
    next?.focus();
    next?.select();
  });

  form.addEventListener("paste", (event) => {
    const place = fields.indexOf(event.target);
    const lines = event.clipboardData.getData("text").trimEnd().split(/\r?\n/);
    if (place < 0 || lines.length < 2) return;
    event.preventDefault();
    lines.slice(0, fields.length - place).forEach((line, down) => {
      fields[place + down].value = line.trim();
    });
    remember();
  });

  // What is typed and not saved stays in this tab alone, under the person and the page. It comes back
  // only where a cell still shows what it showed then; once saved, it no longer does.
  const key = `scores ${form.dataset.scoreGrid} ${location.pathname}`;
  const seen = (field) => form.elements[field.name.replace("cell", "seen")].value;
  const remember = () => {
    const typed = fields
      .filter((field) => field.value !== seen(field))
      .map((field) => [field.name, { seen: seen(field), typed: field.value }]);
    if (typed.length) sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(typed)));
    else sessionStorage.removeItem(key);
  };

  const before = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  const restored = fields.filter((field) => {
    const kept = before[field.name];
    return kept && kept.seen === seen(field) && kept.typed !== field.value;
  });
  for (const field of restored) field.value = before[field.name].typed;
  if (restored.length) {
    const notice = document.querySelector("[data-restored]");
    notice.hidden = false;
    notice.querySelector("button").addEventListener("click", () => {
      for (const field of restored) field.value = field.defaultValue;
      notice.hidden = true;
      remember();
    });
  }
  remember();
  form.addEventListener("input", remember);
}
