// Saves a form as one types, to its own address, and says when. Without this file the buttons save.
// Where another device was faster, or the call has closed, it stops and says so: what is on the screen
// stays there, and the buttons show both versions.
const form = document.querySelector("form[data-saving]");
if (form) {
  const said = form.querySelector("[data-said]");
  const seen = form.elements.seen;
  const token = form.elements.csrfmiddlewaretoken;
  const PAUSE = 1200; // milliseconds without a key
  const AGAIN = 10000; // after a failure
  let timer, running, unsure, stopped;
  // What was typed before this file arrived, or kept by the browser, is not saved yet.
  let saved = [...form.elements].some(touched) ? undefined : typed();
  if (saved === undefined) timer = setTimeout(start, PAUSE);

  function touched(field) {
    if (field.options) return [...field.options].some((it) => it.selected !== it.defaultSelected);
    if (/checkbox|radio/.test(field.type)) return field.checked !== field.defaultChecked;
    return "defaultValue" in field && field.value !== field.defaultValue;
  }

  // What is typed, without files, what is only sent by a button, and what only this page needs.
  function typed() {
    const data = new FormData(form);
    for (const field of form.querySelectorAll("[type=file], [data-by-hand]")) data.delete(field.name);
    for (const own of [seen, token]) data.delete(own.name);
    return new URLSearchParams(data).toString();
  }

  async function send(body) {
    const headers = { Accept: "application/json" };
    const whole = new URLSearchParams(body);
    for (const own of [seen, token]) whole.set(own.name, own.value);
    const response = await fetch(form.action, { method: "POST", headers, body: whole, keepalive: true });
    if (response.headers.get("Content-Type")?.startsWith("application/json")) return response.json();
    await renew();
    throw form;
  }

  // Whoever signs in anew, in another window, gets another token: without it this page could not save.
  async function renew() {
    const page = new DOMParser().parseFromString(await (await fetch(form.action)).text(), "text/html");
    const fresh = page.querySelector("form[data-saving] [name=csrfmiddlewaretoken]");
    if (fresh) token.value = fresh.value;
  }

  // A reply may be lost after the portal has saved: so the same is sent again before anything newer.
  async function save() {
    clearTimeout(timer);
    if (stopped) return;
    const body = unsure ?? typed();
    if (body === saved) return;
    unsure = body;
    try {
      const answer = await send(body);
      said.textContent = answer.said;
      if (answer.stop) stopped = true;
      else {
        seen.value = answer.seen;
        saved = body;
        unsure = undefined;
        if (typed() !== saved) timer = setTimeout(start, PAUSE);
      }
    } catch (reason) {
      said.textContent = reason === form ? said.dataset.signedOut : said.dataset.offline;
      timer = setTimeout(start, AGAIN);
    }
  }

  function start() {
    running ??= save().finally(() => {
      running = undefined;
    });
    return running;
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || "byHand" in event.target.dataset) return;
    clearTimeout(timer);
    timer = setTimeout(start, PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) start();
  });
  // A saving on its way would make the buttons' own look like another device's.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!running) return;
    event.preventDefault();
    const button = event.submitter;
    running.finally(() => form.requestSubmit(button));
  });
}
