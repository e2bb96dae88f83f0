#!/usr/bin/env bash
# Sends generated requests to the API with schemathesis and fails on a 5xx, on a response that the
# description does not allow, and on an invalid request that is accepted.
#
#   EXAMPLES=50 SEED=1 hack/schemathesis/run.sh [ARGUMENTS OF SCHEMATHESIS]
#
# The server is `clausea standalone` over a seeded store. It crawls nothing, and every connection
# to another host fails at a proxy that does not exist. Routes whose response is a stream of events
# are left out. schemathesis is installed from PyPI into ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=4.32.5
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/schemathesis-$version
if [ ! -x "$cache/bin/schemathesis" ]; then
  python3 -m venv "$cache"
  "$cache/bin/pip" install --quiet "schemathesis==$version" >&2
fi
work=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$work"' EXIT

bin=$(realpath -m "${BIN:-$work/clausea}")
[ -n "${BIN:-}" ] || go build -o "$bin" .
go run ./hack/schemathesis/seed "$work/store" > "$work/schemathesis.toml"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
key=schemathesis-key-$RANDOM$RANDOM
API_KEY=$key "$bin" standalone --store "$work/store" --port "$port" --metrics-port 0 --max-concurrent-crawls 0 \
  --api-rate 0 --api-crawls-per-day 0 --proxy http://127.0.0.1:9 --log-level error > "$work/server.log" 2>&1 &
server=$!
until python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "http://127.0.0.1:$port/openapi.json" >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; echo "the server did not start" >&2; exit 1; }
  sleep 0.5
done

status=0
hooks=$PWD/hack/schemathesis
cd "$work" # it writes caches to the current folder
SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$hooks PYTHONDONTWRITEBYTECODE=1 "$cache/bin/schemathesis" --config-file "$work/schemathesis.toml" run "http://127.0.0.1:$port/openapi.json" \
  --header "Authorization: Bearer $key" --workers 2 --max-examples "${EXAMPLES:-50}" ${SEED:+--seed "$SEED"} \
  --exclude-path-regex '/events$' --continue-on-failure --request-timeout 30 --suppress-health-check all \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection \
  "$@" || status=$?
if ! kill -0 "$server" 2>/dev/null; then
  echo "the server ended" >&2
  status=1
fi
if grep -q 'a handler panicked' "$work/server.log"; then
  echo "a handler panicked" >&2
  status=1
fi
if [ "$status" != 0 ]; then
  grep -v '"problem":"' "$work/server.log" | tail -20 >&2 || true
  [ -z "${LOG:-}" ] || cp "$work/server.log" "$LOG" # LOG is an absolute path
fi
exit "$status"
