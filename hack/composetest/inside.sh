#!/usr/bin/env bash
# Starts a Docker Engine in the namespaces of run.sh, makes the images, and runs the steps.
set -euo pipefail
work=$1
group=$2
programs=$3
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../docker/env.sh
. "$here/../docker/env.sh"
# shellcheck source=images.sh
. "$here/images.sh"

ip link set lo up
mount -t tmpfs tmpfs /run # sockets and PID files of an engine that this machine may have
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/config
mkdir -p "$DOCKER_CONFIG/cli-plugins"
ln -s "$COMPOSE" "$DOCKER_CONFIG/cli-plugins/docker-compose"
dockerd --host "$DOCKER_HOST" --data-root "$work/engine" --exec-root /run/docker --pidfile /run/docker.pid \
  --storage-driver "${STORAGE_DRIVER:-overlay2}" --cgroup-parent "$group" --shutdown-timeout 5 --log-level warn >"$work/dockerd.log" 2>&1 &
engine=$!

# end stops the engine. Its mounts end with the namespace.
end() {
  local code=$?
  if [ $code != 0 ]; then
    docker ps --all
    docker ps --all --quiet | while IFS= read -r id; do
      docker inspect --format '{{.Name}} {{json .State.Health}}' "$id"
      docker logs --tail 8 "$id" 2>&1 | cut -c1-300
    done
    tail -n 5 "$work/dockerd.log"
  fi
  docker ps --quiet | xargs --no-run-if-empty docker kill >/dev/null 2>&1 || true
  kill "$engine" 2>/dev/null || true
  wait "$engine" || true
  { grep " $work/" /proc/self/mounts || true; } | cut -d' ' -f2 | sort -r | while IFS= read -r mount; do umount -l "$mount"; done
  exit $code
}
trap end EXIT

tries=0
until docker version >/dev/null 2>&1; do
  kill -0 "$engine" || exit 1
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { echo "the engine does not respond" >&2; exit 1; }
  sleep 0.2
done
docker version --format 'Docker Engine {{.Server.Version}}, API {{.Server.APIVersion}}'
docker compose version

make_mongo "$work" "$MONGOD" "$MONGOSH"
make_caddy "$work"
make_redis "$work"
make_site "$work" "$programs/site"
make_clausea "$work" "$programs/clausea-v1" clausea:v1
make_clausea "$work" "$programs/clausea-v2" clausea:v2
# A version whose commands work, but whose services end at once.
make_clausea "$work" "$programs/clausea-migrates" clausea:migrates-only
for name in v1:broken migrates-only:migrates; do
  printf 'FROM clausea:%s\nENV PORT=none\n' "${name%:*}" | docker build --quiet --tag "clausea:${name#*:}" - >/dev/null
done
docker images

# shellcheck source=steps.sh
. "$here/steps.sh"
