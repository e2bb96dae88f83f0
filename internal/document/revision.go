package document

// Revision identifies the way in which Read turns a page into text. Increase it with every
// change of the program that changes the text of some page. A crawl compares a page with a
// version that another revision read only after it has read the snapshot of that version
// again, so that a better extraction is not reported as a change of the page.
const Revision = 2
