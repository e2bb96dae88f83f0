// Runs in every frame before the page's own scripts. What would leave the page by
// another way than a request is not there; shadow roots are open, so that their text
// is read.
(() => {
  const nothing = () => null;
  for (const name of ['print', 'close']) {
    try { Object.defineProperty(window, name, { value: nothing, writable: true, configurable: true }); } catch { /* the next */ }
  }
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'SharedWorker']) {
    try { delete window[name]; } catch { /* the next */ }
  }
  try {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function attachShadow(init) {
      return attach.call(this, { ...init, mode: 'open', serializable: true });
    };
  } catch { /* no shadow roots */ }
  try { delete Navigator.prototype.serviceWorker; } catch { /* none */ }
})();
