// Fills the field of the search for a clause with the selected text of the document.

const field = document.querySelector("[data-clause]");
const text = document.querySelector(".document-text");

function selectedText() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return "";
  if (!text.contains(selection.getRangeAt(0).commonAncestorContainer)) return "";
  return selection.toString().replace(/\s+/g, " ").trim().slice(0, 500);
}

if (field && text) {
  document.addEventListener("selectionchange", () => {
    const selected = selectedText();
    if (selected) field.value = selected;
  });
}
