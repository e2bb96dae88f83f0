// Measures the page: characters of text, number of nodes, and whether loading is
// complete.
(maxNodes) => {
  let text = 0, nodes = 0;
  const walk = (root) => {
    // 5 is SHOW_ELEMENT | SHOW_TEXT, and node type 3 is text.
    const walker = root.ownerDocument ? root.ownerDocument.createTreeWalker(root, 5) : root.createTreeWalker(root, 5);
    for (let n = walker.nextNode(); n && nodes < maxNodes; n = walker.nextNode()) {
      nodes++;
      if (n.nodeType === 3) {
        if (!/^(SCRIPT|STYLE|NOSCRIPT|TITLE)$/i.test(n.parentNode?.nodeName)) text += n.data.trim().length;
        continue;
      }
      if (n.shadowRoot) walk(n.shadowRoot);
      if (n.nodeName === 'IFRAME' && n.contentDocument) walk(n.contentDocument);
    }
  };
  walk(document);
  return { text, nodes, complete: document.readyState === 'complete', tooLarge: nodes >= maxNodes };
}
