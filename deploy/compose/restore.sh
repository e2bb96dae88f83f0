#!/usr/bin/env bash
# Restores a backup: restore.sh FILE [--replace]. The store must be empty. With --replace, the script
# first makes a backup of the store and deletes it. The services are stopped meanwhile.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { echo "usage: restore.sh FILE [--replace]" >&2; exit 2; }
start=$OLDPWD
replace=
file=
for argument in "$@"; do
  case $argument in
    --replace) replace=yes ;;
    -*) usage ;;
    *) if [ -n "$file" ]; then usage; fi; file=$argument ;;
  esac
done
if [ -z "$file" ]; then usage; fi
case $file in /*) ;; *) file=$start/$file ;; esac
[ -r "$file" ] || fail "cannot read $file"
lock
./secrets.sh

folder=$(dirname "$file")
name=/backup/$(basename "$file")
tools "$folder" restore "$name" --dry-run --store /tmp/empty >&2 || fail "$file is not a valid backup"

start_store
occupied=
if ! tools "$folder" restore "$name" --dry-run >&2; then
  occupied=yes
  [ -n "$replace" ] || fail "nothing was changed. To replace the store, call restore.sh $file --replace"
fi
compose stop standalone api dashboard
if [ -n "$occupied" ]; then
  # No old backup is deleted, because it may be the one to restore.
  before=$(BACKUP_KEEP=1000000 ./backup.sh) || {
    compose start standalone api dashboard || true
    fail "the backup of the store that is to be replaced failed; nothing was deleted"
  }
  log "the store before the restore is in $before"
  compose run --rm -T --no-deps --env DROP_DATABASE=clausea mongo-init >&2
fi
tools "$folder" restore "$name" >&2
wait_until_ready
log "restored $file"
