// Replaces times by those of the reader's zone, and has the keys that all pages share.

const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

// localizeTimes sets the titles of times in the reader's zone.
export function localizeTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime()) && time.dateTime.includes("T")) {
      time.title = exactFormat.format(at);
      if (time.hasAttribute("data-exact")) time.textContent = exactFormat.format(at);
    }
  }
}

// isTyping reports whether a key belongs to a field.
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog");
}

localizeTimes(document);
document.addEventListener("htmx:after:swap", () => localizeTimes(document));

// A form with data-submit-on-change needs no button if scripts run.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

// A checkbox with data-select-all selects those of its form.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  for (const box of event.target.form.querySelectorAll("input[type=checkbox][name=id]")) box.checked = event.target.checked;
});

// ? opens the list of keys, if the page has one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || isTyping(event)) return;
  const dialog = document.querySelector("dialog#keys");
  if (dialog) dialog.showModal();
});
