// A button that copies the field named by data-copy. Without this file it stays hidden, and the text
// is copied by hand.
for (const place of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(place.dataset.copy);
  const said = place.querySelector("[data-copied]");
  place.hidden = !navigator.clipboard; // browsers give it to https and localhost only
  field.addEventListener("focus", () => field.select());
  place.querySelector("button").addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    said.textContent = said.dataset.copied;
  });
}
