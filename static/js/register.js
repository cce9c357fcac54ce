// The roll call under a thumb: "all present" at once, nothing tapped is lost, and without a network it
// waits on this device and is sent when the network is back. Without this file the buttons do the same,
// but for the waiting.
const form = document.querySelector("form[data-roll]");
if (form) {
  const key = `roll ${form.dataset.roll} ${location.pathname}`;
  const said = form.querySelector("[data-said]");
  const count = form.querySelector("[data-count]");
  const revision = form.elements.seen.value;
  const rows = [...form.querySelectorAll(".roll-row")];

  const say = (words) => {
    said.textContent = words;
    said.hidden = !words;
  };
  const tell = () => {
    const present = (row) => row.querySelector("input:checked") && row.querySelector("input:checked").value !== "absent";
    count.textContent = rows.filter(present).length;
  };

  // What is tapped and not saved stays on this device, under the person and the page; it comes back only
  // while the register is as it was then. A save by anybody counts the revision up, and it is forgotten.
  const typed = () => {
    const data = new FormData(form);
    for (const name of ["csrfmiddlewaretoken", "seen"]) data.delete(name);
    return [...data];
  };
  const keep = (waiting) => {
    localStorage.setItem(key, JSON.stringify({ revision, waiting, typed: typed() }));
  };
  const restore = (kept) => {
    for (const [name, value] of kept.typed) {
      const field = form.elements[name];
      if (!field) continue;
      field.value = value; // also of a group of radio buttons
    }
    for (const row of rows) {
      if ([...row.querySelectorAll("[type=time]")].some((it) => it.value)) row.querySelector("details").open = true;
    }
  };

  const send = (what) => {
    const button = form.querySelector(`[name=do][value=${what}]`) ?? form.querySelector("[name=do][value=save]");
    form.requestSubmit(button);
  };

  form.addEventListener("click", (event) => {
    if (event.target.value !== "all") return;
    event.preventDefault();
    for (const row of rows) {
      if (row.querySelector("input:checked")) continue;
      row.querySelector("[data-meant] input").checked = true;
    }
    form.querySelector(".roll-all").hidden = true;
    keep();
    tell();
  });
  form.addEventListener("input", () => {
    keep();
    tell();
  });
  form.addEventListener("submit", (event) => {
    keep(event.submitter?.value ?? "save");
    if (navigator.onLine) return;
    event.preventDefault();
    say(form.dataset.kept);
  });
  addEventListener("online", () => {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (kept?.waiting) send(kept.waiting);
  });

  // A page with errors is the answer: it shows what was typed, and nothing waits to be sent any more.
  const answered = document.querySelector(".error-summary");
  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (kept?.waiting && kept.revision !== revision && !answered && !document.querySelector(".message.success")) {
    // It waited for the network while somebody else saved: it comes back upon the revision it was tapped on,
    // so that saving it shows both beside each other. Had it arrived after all, saving it changes nothing.
    restore(kept);
    form.elements.seen.value = kept.revision;
    say(form.dataset.restored);
  } else if (kept?.revision === revision) {
    restore(kept);
    if (answered) keep();
    else say(kept.waiting && !navigator.onLine ? form.dataset.kept : form.dataset.restored);
    if (kept.waiting && navigator.onLine && !answered) {
      keep();
      send(kept.waiting);
    }
  } else {
    localStorage.removeItem(key);
  }
  tell();
}
