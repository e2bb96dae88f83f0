// The keys and the counter of a comparison: n and p go to the next and the previous difference,
// the arrows to the next and the previous change of the document.

import { isTyping } from "./app.js";

const steps = [...document.querySelectorAll(".step[id]")];
const bar = document.querySelector(".diff-bar");
let at = -1;

function show(index) {
  steps[at]?.classList.remove("current");
  at = index;
  const step = steps[at];
  step.classList.add("current");
  step.scrollIntoView({ block: "center" });
  step.focus({ preventScroll: true });
  history.replaceState(null, "", "#" + step.id);
  bar.querySelector("[data-counter]").textContent = step.id.replace("diff-", "") + " of " + bar.dataset.differences;
}

// go shows the difference that is a number of steps away, which can be in another part.
function go(by) {
  const index = at < 0 && by < 0 ? 0 : at + by;
  if (steps[index]) return show(index);
  const link = steps[at]?.querySelector(by > 0 ? "a[aria-label^=Next]" : "a[aria-label^=Previous]");
  if (link) location.assign(link.href);
}

function showTarget() {
  const index = steps.findIndex((step) => "#" + step.id === location.hash);
  if (index >= 0 && index !== at) show(index);
}

if (bar && steps.length > 0) {
  bar.addEventListener("click", (event) => {
    const link = event.target.closest("[data-step]");
    if (!link) return;
    event.preventDefault();
    go(link.dataset.step === "next" ? 1 : -1);
  });
  addEventListener("hashchange", showTarget);
  showTarget();
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.shiftKey) return;
  if (event.key === "n" && bar) go(1);
  if (event.key === "p" && bar) go(-1);
  const side = { ArrowLeft: "previous", ArrowRight: "next" }[event.key];
  const link = side && document.querySelector(`[data-change=${side}]`);
  if (link) location.assign(link.href);
});

// Fills the field of an ignore rule with the selected text of a difference, without the removed
// words. Numbers become #, which stands for any number.

const field = document.querySelector("[data-ignore-text]");

function selectedText() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return "";
  const range = selection.getRangeAt(0);
  const at = range.commonAncestorContainer;
  const element = at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement;
  if (!element.closest("main") || element.closest("form")) return "";
  const part = range.cloneContents();
  for (const removed of part.querySelectorAll("del")) removed.remove();
  return part.textContent.replace(/\p{Nd}[\p{Nd}.,]*\p{Nd}|\p{Nd}/gu, "#").replace(/\s+/g, " ").trim().slice(0, 500);
}

if (field) {
  document.addEventListener("selectionchange", () => {
    const text = selectedText();
    if (text) field.value = text;
  });
}
