// Says of the files one has chosen what each weighs, and which will not be taken, before they are sent.
// Without this file the portal says so once they have arrived.
for (const form of document.querySelectorAll("form[data-files]")) {
  const field = form.querySelector("[type=file]");
  if (!field) continue;
  const list = document.createElement("ul");
  const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  list.className = "items";
  list.setAttribute("role", "status");
  field.after(list);

  function line(text, warning) {
    const item = document.createElement("li");
    item.append(text);
    if (warning) {
      const badge = document.createElement("span");
      badge.className = "badge badge-bad";
      badge.append(warning);
      item.append(badge);
    }
    return item;
  }

  function show() {
    const files = [...field.files];
    const { largest, together, tooLarge, tooMuch } = form.dataset;
    list.replaceChildren(
      ...files.map((file) =>
        line(`${file.name}, ${size.format(file.size / 1024 ** 2)} MB`, file.size > largest && tooLarge),
      ),
    );
    if (together && files.reduce((sum, file) => sum + file.size, 0) > together) list.append(line("", tooMuch));
  }

  field.addEventListener("change", show);
  show(); // what the browser kept
}
