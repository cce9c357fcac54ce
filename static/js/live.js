// What is under way shows how far it is: the part marked data-live is fetched again every so many seconds,
// and the whole page once it is over. Without this file, "Look again" does it.
const part = document.querySelector("[data-live]");
async function lookAgain() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-live]");
    if (!now) return location.reload();
    if (now.textContent !== part.textContent) part.replaceChildren(...now.children);
  }
  setTimeout(lookAgain, 1000 * part.dataset.live);
}
if (part) setTimeout(lookAgain, 1000 * part.dataset.live);
