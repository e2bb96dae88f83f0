#!/usr/bin/env bash
# Prints the path of Chromium: $CHROMIUM, the one in PATH, or Debian's package, which
# the script installs if it runs as root.
set -euo pipefail
found() {
  for c in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    if [ -n "$c" ] && command -v "$c"; then return 0; fi
  done
  return 1
}
found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >&2
fi
found || { echo "Chromium not found: install it, or set CHROMIUM to its path" >&2; exit 1; }
