# shellcheck shell=bash
# To be sourced: runs the program of an unpacked image as user 65532 with a read-only root and without
# capabilities. Only /data and /tmp, file systems in memory, are writable.

# environment holds the variables of the program, as NAME=VALUE.
environment=()

# in_image ROOT ARGUMENT... runs the program of the image.
in_image() { (become_image "$@"); }

# become_image ROOT ARGUMENT... replaces the shell with the program of the image.
become_image() {
  # shellcheck disable=SC2016 # the inner shell expands the variables
  exec unshare --mount --propagation private -- bash -euc '
    root=$1; shift
    mount --bind "$root" "$root"
    mount -o remount,ro,bind "$root"
    mount -t tmpfs -o mode=0700,uid=65532,gid=65532 tmpfs "$root/data"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    if [ -d "$root/proc" ]; then mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"; fi
    if touch "$root/written" 2>/dev/null; then echo "the root is writable" >&2; exit 1; fi
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin CLAUSEA_DATA_DIR=/data "${@:2:$1}" \
      setpriv --no-new-privs chroot --userspec=65532:65532 --groups=65532 "$root" /clausea "${@:2+$1}"
  ' in_image "$1" "${#environment[@]}" "${environment[@]}" "${@:2}"
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

# memory NAME prints a value of the server's status in MiB.
memory() { awk -v name="$1:" '$1 == name {print int($2 / 1024)}' "/proc/$server/status"; }

# test_server ROOT runs the API and asks it for its health.
test_server() {
  local port began time uid
  port=$(free_port)
  environment=("PORT=$port" METRICS_PORT=0)
  began=$(date +%s%N)
  become_image "$1" api >"${work:?}/server.log" 2>&1 &
  server=$!
  time=$(wait_until_live "$port") || { cat "$work/server.log" >&2; fail "the API does not respond"; }
  uid=$(awk '$1 == "Uid:" {print $2, $3, $4, $5}' "/proc/$server/status")
  [ "$uid" = "65532 65532 65532 65532" ] || fail "the API runs as user $uid"
  [ "$(awk '$1 == "CapEff:" {print $2}' "/proc/$server/status")" = 0000000000000000 ] || fail "the API has capabilities"
  curl -sf -o /dev/null --retry 60 --retry-delay 1 --retry-all-errors "http://127.0.0.1:$port/readyz" || fail "the API is not ready"
  pass "the API runs as 65532 with a read-only root, responds after $time ms, and uses $(memory RssAnon) MiB, with its mapped file $(memory VmRSS) MiB"
  kill -TERM "$server"
  wait "$server" || fail "the API exits with $? after SIGTERM"
  server=
  pass "the API ends on SIGTERM"
}

# test_browser ROOT lets the crawler start the browser of the image.
test_browser() {
  environment=(CLAUSEA_RENDER=Always)
  in_image "$1" check >"$work/check.log" 2>&1 || true
  grep -i 'browser' "$work/check.log" || { cat "$work/check.log" >&2; fail "clausea check does not mention the browser"; }
}
