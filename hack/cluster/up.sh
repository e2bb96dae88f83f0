#!/usr/bin/env bash
# Starts a Kubernetes cluster of one node in network, process and mount namespaces of its own:
# up.sh DIR [IMAGE.tar...]. It needs root. DIR holds the state of the cluster and its logs. Nothing
# outside of the namespaces is reachable from the inside. Only one cluster can run on a machine, and none
# on a node of a real cluster: they would share the control groups below kubepods.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:?usage: up.sh DIR [IMAGE.tar...]}
shift
if [ "$(id -u)" != 0 ]; then echo "up.sh needs root to create namespaces and control groups" >&2; exit 1; fi
if [ -e "$dir/init.pid" ]; then echo "a cluster runs in $dir already: end it with down.sh" >&2; exit 1; fi
# A kubelet removes the pods below kubepods that it does not know.
if [ -n "$(find /sys/fs/cgroup -type d -name 'kubepods*' -print -quit)" ]; then
  echo "another kubelet runs on this machine, or one ended without removing the control groups kubepods" >&2
  exit 1
fi
programs=$("$here/get.sh")
mkdir -p "$dir/log" "$dir/images"
dir=$(cd "$dir" && pwd)
echo "$programs" >"$dir/programs"
packer=${programs%%:*}
"$packer/image" -ref local/pause:1 -out "$dir/images/pause.tar" "$packer/pause"
for image in "$@"; do ln -sf "$(realpath "$image")" "$dir/images/"; done

setsid nohup unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
  bash "$here/node.sh" "$dir" >"$dir/log/node.log" 2>&1 &
unshare=$!
for _ in $(seq 600); do
  if [ ! -e "$dir/init.pid" ]; then pgrep -P "$unshare" >"$dir/init.pid" || rm "$dir/init.pid"; fi
  if [ -e "$dir/ready" ] || ! kill -0 "$unshare" 2>/dev/null; then break; fi
  sleep 0.1
done
cat "$dir/log/node.log"
if [ ! -e "$dir/ready" ]; then
  echo "the cluster did not start: see $dir/log" >&2
  "$here/down.sh" "$dir"
  exit 1
fi
