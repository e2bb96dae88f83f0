// Scrolls down the page once, so that content that loads on view is loaded.
async (steps, pause) => {
  const root = document.scrollingElement;
  if (!root) return false;
  let moved = false;
  for (let i = 1; i <= steps; i++) {
    const before = root.scrollTop;
    root.scrollTop = before + Math.max(200, innerHeight * 0.8);
    if (root.scrollTop === before) break;
    moved = true;
    await new Promise((done) => setTimeout(done, pause));
  }
  return moved;
}
