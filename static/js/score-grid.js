// Enter and the arrow keys walk down a column of the score grid. Without this file, Tab does.
for (const grid of document.querySelectorAll("table.scores")) {
  grid.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const field = event.target.closest("input.input");
    if (!step || !field) return;
    event.preventDefault(); // Enter would send the form, an arrow would change a number
    const cell = field.closest("td");
    let row = cell.parentElement;
    do {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    } while (row && !row.cells[cell.cellIndex]?.querySelector("input.input"));
    const next = row?.cells[cell.cellIndex].querySelector("input.input");
    next?.focus();
    next?.select();
  });
}
