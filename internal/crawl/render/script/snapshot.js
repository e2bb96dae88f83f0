// The page as HTML, flat: what shadow roots show stands where it is seen, with the
// elements that their slots were given in the slots' places.
(max, maxNodes, inner) => {
  const hosts = [];
  let nodes = 0;
  const find = (root) => {
    const walker = document.createTreeWalker(root, 1);
    for (let n = walker.nextNode(); n && nodes < maxNodes; n = walker.nextNode()) {
      nodes++;
      if (n.shadowRoot) { hosts.push(n); find(n.shadowRoot); }
    }
  };
  find(document);
  if (nodes >= maxNodes) return { over: true };
  // Scripts have run, and styles are no text; data in scripts may be some.
  const useless = 'noscript,style,link[rel=stylesheet],link[rel=preload],link[rel=modulepreload],script:not([type*=json])';
  for (const root of [document, ...hosts.map((h) => h.shadowRoot)]) for (const n of root.querySelectorAll(useless)) n.remove();
  // The outermost first: slots of a root are given elements that may be hosts too.
  for (const host of hosts) {
    const flat = document.createElement(host.localName.includes('-') ? 'div' : host.localName);
    for (const name of ['id', 'class', 'role', 'lang', 'hidden', 'aria-hidden']) if (host.hasAttribute(name)) flat.setAttribute(name, host.getAttribute(name));
    const slots = [...host.shadowRoot.querySelectorAll('slot')].map((slot) => [slot, slot.assignedNodes()]);
    for (const [slot, given] of slots) slot.replaceWith(...(given.length ? given : slot.childNodes));
    while (host.shadowRoot.firstChild) flat.append(host.shadowRoot.firstChild);
    host.replaceWith(flat);
  }
  const top = inner ? document.body : document.documentElement;
  const title = document.title, url = location.href;
  if (!top) return { html: '', title, url };
  let html = top.innerHTML;
  if (!inner) {
    const lang = top.getAttribute('lang');
    html = '<!DOCTYPE html><html' + (lang ? ' lang="' + lang.replace(/[^\w-]/g, '') + '"' : '') + '>' + html + '</html>';
  }
  return { html: html.slice(0, max), cut: html.length > max, title, url };
}
