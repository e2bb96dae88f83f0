#!/usr/bin/env bash
# Ends a cluster that up.sh started, and removes its state: down.sh DIR. All processes and mounts end
# with the first process of the namespaces. Set KEEP_LOGS=1 to keep DIR/log.
set -euo pipefail
dir=${1:?usage: down.sh DIR}
if [ -s "$dir/init.pid" ]; then
  pid=$(cat "$dir/init.pid")
  kill -9 "$pid" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
fi
# The kernel removes a control group only when its last process is gone.
for _ in $(seq 20); do
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null || true
  if [ -z "$(find /sys/fs/cgroup -type d -path '*/kubepods*' -print -quit)" ]; then break; fi
  sleep 0.2
done
if [ -n "${KEEP_LOGS:-}" ]; then
  find "$dir" -mindepth 1 -maxdepth 1 ! -name log -exec rm -rf {} +
else
  rm -rf "$dir"
fi
