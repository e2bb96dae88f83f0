#!/usr/bin/env bash
# Tests deploy/compose with a Docker Engine of its own: hack/composetest/run.sh. It needs root, Linux on
# amd64 with cgroup v1, Debian 12 and about 5 GB in $TMPDIR. The engine runs in namespaces for processes,
# mounts and the network, which end with the test. docs/install-compose.md says what is tested.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "the test starts a Docker Engine, which needs root" >&2; exit 1; }
[ "$(uname -m)" = x86_64 ] || { echo "the test needs amd64" >&2; exit 1; }

echo "building the programs"
read -ra flags < <(hack/build/flags.sh)
COMPOSE=$(hack/compose/get.sh)
DOCKER_ROOT=$(hack/docker/get.sh)
MONGOD=$(hack/mongod/get.sh)
PATH=$(hack/node/get.sh):$PATH
hack/packages/get.sh redis-server curl jq openssl wget
MONGOSH=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/mongosh-2.12.0
if [ ! -e "$MONGOSH/complete" ]; then
  npm install --silent --no-audit --no-fund --omit=optional --ignore-scripts --prefix "$MONGOSH" mongosh@2.12.0
  touch "$MONGOSH/complete"
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/clausea-compose-XXXXXX")
group=/clausea-compose-${work##*-}

# remove_all unmounts and deletes what the test made. The processes have ended with their namespace.
remove_all() {
  local controller
  for controller in /sys/fs/cgroup/*/; do
    if [ -d "$controller$group" ]; then find "$controller$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; fi
  done
  rm -rf "$work"
}
trap remove_all EXIT

# PROGRAMS is a folder for the programs, if they are to be built only once for several runs.
programs=${PROGRAMS:-$work}
mkdir -p "$programs"
for v in v1 v2; do
  if [ -e "$programs/clausea-$v" ]; then continue; fi
  CGO_ENABLED=0 go build "${flags[@]}" -ldflags "-s -w -X github.com/clausea/crawler/internal/cli.version=$v" -o "$programs/clausea-$v" .
done
if [ ! -e "$programs/clausea-migrates" ]; then
  # A version with another migration, after which the other versions find no documents.
  source=internal/store/mongo/migrate.go
  sed 's/{termsMigration, indexTerms}}/{termsMigration, indexTerms}, {"mongo-test", func(ctx context.Context, db *mongo.Database) error { return db.Collection(documentCollection).Drop(ctx) }}}/' \
    "$source" >"$work/migrate.go"
  if cmp --quiet "$source" "$work/migrate.go"; then echo "the list of migrations in $source has changed" >&2; exit 1; fi
  printf '{"Replace": {"%s": "%s"}}' "$PWD/$source" "$work/migrate.go" >"$work/overlay.json"
  CGO_ENABLED=0 go build "${flags[@]}" -overlay "$work/overlay.json" -ldflags "-s -w -X github.com/clausea/crawler/internal/cli.version=v3" -o "$programs/clausea-migrates" .
fi
if [ ! -e "$programs/site" ]; then CGO_ENABLED=0 go build -trimpath -o "$programs/site" ./hack/composetest/site; fi

export COMPOSE DOCKER_ROOT MONGOD MONGOSH PATH
# The first process of the namespaces ends with this one, and with it every other process in them.
unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
  bash hack/composetest/inside.sh "$work" "$group" "$programs"
