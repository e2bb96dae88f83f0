# shellcheck shell=bash
# To be sourced: runs the program of an unpacked image with runc as Kubernetes does under the restricted
# Pod Security Standard: as user 65532, with a read-only root, and without capabilities and new privileges.
# Only /data and /tmp, file systems in memory, are writable. The network is that of the machine.

# environment holds the variables of the program, as NAME=VALUE.
environment=()

# in_image ROOT ARGUMENT... runs the program of the image. server.pid gets its process ID.
in_image() {
  local bundle root=$1
  shift
  bundle=$(mktemp -d "${work:?}/bundle.XXXXXX")
  runc spec --bundle "$bundle"
  jq --arg root "$root" --argjson environment "$(printf '%s\n' "${environment[@]}" | jq -R . | jq -s 'map(select(. != ""))')" '
    .root = {path: $root, readonly: true} | .hostname = "image" |
    .process.args = (["/clausea"] + $ARGS.positional) | .process.terminal = false | .process.cwd = "/" |
    .process.env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "CLAUSEA_DATA_DIR=/data"] + $environment |
    .process.user = {uid: 65532, gid: 65532} | .process.capabilities = {} | .process.noNewPrivileges = true |
    .linux.namespaces |= map(select(.type != "network")) |
    .linux.resources.memory.limit = 1073741824 |
    .mounts += [
      {destination: "/data", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=0700", "uid=65532", "gid=65532"]},
      {destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777"]}]
  ' "$bundle/config.json" --args -- "$@" >"$bundle/changed"
  mv "$bundle/changed" "$bundle/config.json"
  runc --root "$work/runc" run --bundle "$bundle" --pid-file "$work/server.pid" "${bundle##*/}"
}

# free_port prints a port that is free now.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# wait_until_live PORT waits until the server responds, and prints the time since $began in milliseconds.
wait_until_live() {
  local n
  for ((n = 0; n < 3000; n++)); do
    if curl -sf -o /dev/null "http://127.0.0.1:$1/livez"; then
      echo $((($(date +%s%N) - began) / 1000000))
      return
    fi
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}

# status NAME prints a line of the status of the server's process.
status() { awk -v name="$1:" '$1 == name {$1 = ""; print substr($0, 2)}' "/proc/$(cat "$work/server.pid")/status"; }

# mebibytes NAME prints an amount of memory of the server's process.
mebibytes() { status "$1" | awk '{print int($1 / 1024)}'; }

# test_server ROOT runs the API and asks it for its health.
test_server() {
  local port began time
  port=$(free_port)
  environment=("PORT=$port" METRICS_PORT=0)
  began=$(date +%s%N)
  in_image "$1" api >"$work/server.log" 2>&1 &
  server=$!
  time=$(wait_until_live "$port") || { cat "$work/server.log" >&2; fail "the API does not respond"; }
  [ "$(status Uid)" = "65532 65532 65532 65532" ] || fail "the API runs as user $(status Uid)"
  [ "$(status CapEff)" = 0000000000000000 ] || fail "the API has capabilities"
  if (: >"/proc/$(cat "$work/server.pid")/root/written") 2>/dev/null; then fail "the root is writable"; fi
  curl -sf -o /dev/null --retry 60 --retry-delay 1 --retry-all-errors "http://127.0.0.1:$port/readyz" || fail "the API is not ready"
  pass "the API runs as 65532 with a read-only root, responds after $time ms, and uses $(mebibytes RssAnon) MiB, with its mapped file $(mebibytes VmRSS) MiB"
  kill -TERM "$(cat "$work/server.pid")"
  wait "$server" || fail "the API exits with $? after SIGTERM"
  server=
  pass "the API ends on SIGTERM"
}

# test_browser ROOT crawls a page whose text a script inserts, which needs the browser of the image.
test_browser() {
  local port site=$work/site
  port=$(free_port)
  mkdir "$site"
  cat >"$site/index.html" <<'PAGE'
<!doctype html><html lang="en"><title>Terms of Service</title><body><main id="main"></main><script>
const clause = 'These terms of service govern your use of our services. By using the services you agree to these terms. ';
document.getElementById('main').innerHTML = '<h1>Terms of Service</h1>' + ('<p>' + clause.repeat(5) + '</p>').repeat(20);
</script></body></html>
PAGE
  python3 -m http.server --bind 127.0.0.1 --directory "$site" "$port" >/dev/null 2>&1 &
  server=$!
  environment=(CLAUSEA_RENDER=Always)
  in_image "$1" crawl "http://127.0.0.1:$port/" --allow-address 127.0.0.0/8 --max-pages 1 --no-store --output json >"$work/crawl.json" 2>"$work/crawl.log" || true
  kill "$server"
  server=
  grep -q 'Terms of Service' "$work/crawl.json" || { cat "$work/crawl.json" "$work/crawl.log" >&2; fail "the crawl did not render the page"; }
  pass "the crawler renders a page with the browser of the image, in its sandbox"
}
