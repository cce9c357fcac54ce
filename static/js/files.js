// Says of the files one has chosen what each weighs, and which will not be taken, before they are sent.
// Without this file the portal says so once they have arrived.
for (const form of document.querySelectorAll("form[data-files]")) {
  const field = form.querySelector("[type=file]");
  if (!field) continue;
  const list = document.createElement("ul");
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  list.setAttribute("aria-live", "polite");
  field.after(list);

  function weight(bytes) {
    const kilobytes = Math.ceil(bytes / 1024);
    return kilobytes < 1024 ? `${kilobytes} KB` : `${number.format(bytes / 1024 ** 2)} MB`;
  }

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
        line(`${file.name}, ${weight(file.size)}`, file.size > largest && tooLarge),
      ),
    );
    list.className = files.length ? "items" : "";
    if (together && files.reduce((sum, file) => sum + file.size, 0) > together) list.append(line("", tooMuch));
  }

  field.addEventListener("change", show);
  show(); // what the browser kept
}
