#!/usr/bin/env bash
# Deploys Clausea, or upgrades it: deploy.sh [IMAGE] [--load FILE]. Without IMAGE, it deploys
# CLAUSEA_IMAGE of .env. --load loads the image from a file that docker save wrote. An upgrade makes a
# backup first. If the new version does not become healthy, the previous one is started again, with
# the store as it was if the new version has changed its schema, and the script fails.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { echo "usage: deploy.sh [IMAGE] [--load FILE]" >&2; exit 2; }
start=$OLDPWD
image=
archive=
while [ $# -gt 0 ]; do
  case $1 in
    --load) archive=${2:-}; [ -n "$archive" ] || usage; shift ;;
    -*) usage ;;
    *) if [ -n "$image" ]; then usage; fi; image=$1 ;;
  esac
  shift
done
[ -e .env ] || fail "there is no .env: copy .env.example and change it"
image=${image:-$(setting CLAUSEA_IMAGE "")}
[ -n "$image" ] || fail "set CLAUSEA_IMAGE in .env, or name the image"
lock
./secrets.sh

if [ -n "$archive" ]; then
  case $archive in /*) ;; *) archive=$start/$archive ;; esac
  docker load --input "$archive" >&2
elif ! docker image inspect "$image" >/dev/null 2>&1; then
  docker pull "$image" >&2
fi
export CLAUSEA_IMAGE=$image
chmod -R a+rX Caddyfile mongo # users of the containers read them
compose config --quiet
docker run --rm --network none --read-only --cap-drop ALL "$image" version >&2 || fail "$image does not start; nothing was changed"

# id_of IMAGE prints the ID of an image, or nothing.
id_of() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true; }

# The previous image is the one in .env, unless that name refers to another image by now. The second
# name keeps it from a prune.
previous=
running=$(compose ps --quiet --all standalone | head -n 1)
if [ -n "$running" ]; then
  previous_id=$(docker inspect --format '{{.Image}}' "$running")
  docker tag "$previous_id" clausea:previous
  previous=$(CLAUSEA_IMAGE='' setting CLAUSEA_IMAGE clausea:previous)
  if [ "$(id_of "$previous")" != "$previous_id" ]; then previous=clausea:previous; fi
fi

# record IMAGE writes the image to .env, for the next docker compose up.
record() {
  if grep -q '^CLAUSEA_IMAGE=' .env; then
    sed "s|^CLAUSEA_IMAGE=.*|CLAUSEA_IMAGE=$1|" .env >.env.new
  else
    { cat .env; printf 'CLAUSEA_IMAGE=%s\n' "$1"; } >.env.new
  fi
  mv .env.new .env
}

migrates= # the backup to restore if the new version has changed the schema of the store

# with_previous COMMAND... runs a command with the previous image.
with_previous() { CLAUSEA_IMAGE=$previous "$@"; }

# roll_back starts the previous version again.
roll_back() {
  if [ -z "$previous" ]; then
    fail "$image did not become healthy. See docker compose logs; there is no previous version"
  fi
  log "$image failed; starting the previous version"
  compose logs --no-color --no-log-prefix --tail 20 standalone >&2 || true
  if [ -n "$migrates" ]; then
    compose stop standalone api dashboard
    compose run --rm -T --no-deps --env DROP_DATABASE=clausea mongo-init >&2
    with_previous tools "$(dirname "$migrates")" restore "/backup/$(basename "$migrates")" >&2 ||
      fail "the restore failed. The store before the upgrade is in $migrates; call restore.sh"
  fi
  record "$previous"
  with_previous wait_until_ready || fail "the previous version did not become healthy either"
  fail "$image did not become healthy. The previous version runs again"
}

if [ -n "$previous" ]; then
  start_store
  # A backup of the new version fails if it has migrations to apply. Then nothing writes to the store
  # between the backup and the migrations, so that a rollback loses nothing.
  if ! ./backup.sh; then
    log "the new version cannot back up the store before its migrations: stopping the previous one, which can"
    compose stop standalone api dashboard
    migrates=$(with_previous ./backup.sh) || {
      with_previous wait_until_ready
      fail "the backup before the upgrade failed; the previous version runs again"
    }
  fi
else
  start_store || fail "the database did not start; see docker compose logs mongo mongo-init"
fi
tools "$PWD" migrate >&2 || roll_back
wait_until_ready || roll_back

record "$image"
log "$image is deployed: https://$(setting API_HOST "") and https://$(setting DASHBOARD_HOST "")/dashboard/"
