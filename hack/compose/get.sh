#!/usr/bin/env bash
# Prints the path of docker-compose: $COMPOSE, or a copy that is built from its Go module and cached
# in ${XDG_CACHE_HOME:-~/.cache}/clausea. The build takes 3 to 6 minutes on two processors.
set -euo pipefail
version=5.1.2
if [ -n "${COMPOSE:-}" ]; then echo "$COMPOSE"; exit 0; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/compose-$version
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
if [ ! -x "$cache/docker-compose" ]; then
  (cd "$(dirname "$0")" && go build -trimpath \
    -ldflags "-s -w -X github.com/docker/compose/v5/internal.Version=v$version" \
    -o "$cache/.new" github.com/docker/compose/v5/cmd) >&2
  mv "$cache/.new" "$cache/docker-compose"
fi
echo "$cache/docker-compose"
