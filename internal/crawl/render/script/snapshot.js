// Returns the page as flat HTML of at most max characters: shadow roots replace their hosts,
// and assigned elements replace their slots. inner returns only the content of the body.
(max, maxNodes, inner) => {
  const hosts = [];
  let nodes = 0;
  const find = (root) => {
    const walker = document.createTreeWalker(root, 1); // SHOW_ELEMENT
    for (let n = walker.nextNode(); n && nodes < maxNodes; n = walker.nextNode()) {
      nodes++;
      if (n.shadowRoot) { hosts.push(n); find(n.shadowRoot); }
    }
  };
  find(document);
  if (nodes >= maxNodes) return { tooLarge: true };
  // Scripts have run and styles contain no text. JSON in scripts may contain text.
  const removable = 'noscript,style,link[rel=stylesheet],link[rel=preload],link[rel=modulepreload],script:not([type*=json])';
  for (const root of [document, ...hosts.map((h) => h.shadowRoot)]) for (const n of root.querySelectorAll(removable)) n.remove();
  // Outermost hosts first: elements that are assigned to slots may be hosts, too.
  for (const host of hosts) {
    const flat = document.createElement(host.localName.includes('-') ? 'div' : host.localName);
    for (const name of ['id', 'class', 'role', 'lang', 'hidden', 'aria-hidden']) if (host.hasAttribute(name)) flat.setAttribute(name, host.getAttribute(name));
    const slots = [...host.shadowRoot.querySelectorAll('slot')].map((slot) => [slot, slot.assignedNodes()]);
    for (const [slot, assigned] of slots) slot.replaceWith(...(assigned.length ? assigned : slot.childNodes));
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
  return { html: html.slice(0, max), truncated: html.length > max, title, url };
}
