// Runs in every frame before the scripts of the page. It removes APIs that communicate
// by other means than requests, and makes shadow roots open, so that their text can be
// read.
(() => {
  const noop = () => null;
  for (const name of ['print', 'close']) {
    try { Object.defineProperty(window, name, { value: noop, writable: true, configurable: true }); } catch { /* not configurable */ }
  }
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'SharedWorker']) {
    try { delete window[name]; } catch { /* not configurable */ }
  }
  try {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function attachShadow(init) {
      return attach.call(this, { ...init, mode: 'open', serializable: true });
    };
  } catch { /* shadow roots are not supported */ }
  try { delete Navigator.prototype.serviceWorker; } catch { /* service workers are not supported */ }
})();
