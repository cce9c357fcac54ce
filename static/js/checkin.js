// The codes on a projector's whole screen; what was scanned is sent without one more tap. Without this
// file the page keeps its size and the button is tapped.
for (const button of document.querySelectorAll("[data-full]")) {
  const part = document.getElementById(button.dataset.full);
  button.hidden = !part.requestFullscreen;
  button.addEventListener("click", () => part.requestFullscreen());
}
document.querySelector("[data-at-once]")?.requestSubmit();
