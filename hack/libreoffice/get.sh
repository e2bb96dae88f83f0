#!/usr/bin/env bash
# Installs LibreOffice Writer and its Python interface from Debian's packages (about 110 MB), unless
# soffice is in PATH, and prints the path of soffice. It installs only as root.
set -euo pipefail
if ! command -v soffice >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui python3-uno; } >&2
  hash -r
fi
command -v soffice || { echo "soffice not found: install LibreOffice Writer and python3-uno" >&2; exit 1; }
