// The keys of the review page: j and k move between the changes, x selects, e marks as reviewed.
// Enter opens the change, because the keys move the focus to its link.

const rows = [...document.querySelectorAll("[data-row]")];

function current() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

function move(step) {
  const at = current();
  const row = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (!row) return;
  row.querySelector("[data-open]").focus();
  row.scrollIntoView({ block: "nearest" });
}

function select() {
  const box = rows[current()]?.querySelector("input[name=id]");
  if (box) box.checked = !box.checked;
}

function markAsReviewed() {
  const form = document.querySelector("form#inbox");
  const state = form?.querySelector("select[name=state]");
  if (!state) return;
  if (!form.querySelector("input[name=id]:checked")) select();
  if (!form.querySelector("input[name=id]:checked")) return;
  state.value = "Reviewed";
  form.requestSubmit();
}

const keys = { j: () => move(1), k: () => move(-1), x: select, e: markAsReviewed };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
