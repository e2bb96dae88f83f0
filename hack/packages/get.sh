#!/usr/bin/env bash
# Installs programs that tests call from Debian's packages of the same names, unless they are in
# PATH: get.sh PROGRAM... It installs only as root. No service of a package is started, now or later.
set -euo pipefail
missing=()
for program in "$@"; do
  command -v "$program" >/dev/null || missing+=("$program")
done
if [ ${#missing[@]} = 0 ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # Debian starts the services of a package unless the run level forbids it.
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2
fi
hash -r
for program in "${missing[@]}"; do
  if command -v systemctl >/dev/null; then systemctl disable --quiet "$program.service" 2>/dev/null || true; fi
done
for program in "${missing[@]}"; do
  command -v "$program" >/dev/null || { echo "$program not found: install it" >&2; exit 1; }
done
