#!/usr/bin/env bash
# Runs a command in the namespaces of a cluster, as its administrator: in.sh DIR COMMAND...
set -euo pipefail
dir=$(cd "${1:?usage: in.sh DIR COMMAND...}" && pwd)
shift
PATH=$(cat "$dir/programs"):$PATH
export PATH KUBECONFIG=$dir/pki/admin.kubeconfig
exec nsenter -t "$(cat "$dir/init.pid")" -n -m -p -w"$PWD" -- "$@"
