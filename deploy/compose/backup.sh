#!/usr/bin/env bash
# Writes a backup of the store to BACKUP_DIR, validates it, and deletes all but the newest
# BACKUP_KEEP backups: backup.sh. It prints the path of the file. Crawls can run meanwhile. If
# after-backup.sh exists in this folder, it is called with the path, to copy the file to another
# machine.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lock

dir=$(setting BACKUP_DIR ./backups)
keep=$(setting BACKUP_KEEP 14)
[[ $keep =~ ^[1-9][0-9]*$ ]] || fail "BACKUP_KEEP is $keep, want a number above 0"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
name=clausea-$(date -u +%Y%m%dT%H%M%SZ).backup
trap 'rm -f "$dir/.$name"' EXIT

tools "$dir" backup "/backup/.$name" >&2 || fail "the backup failed"
# The backup is compared with an empty store in the container, and not written to it.
tools "$dir" restore "/backup/.$name" --dry-run --store /tmp/empty >&2 || fail "the backup is not valid"
mv "$dir/.$name" "$dir/$name"
log "wrote $dir/$name"
printf '%s\n' "$dir/$name"

if [ -x after-backup.sh ]; then ./after-backup.sh "$dir/$name" >&2 || fail "after-backup.sh failed"; fi

find "$dir" -maxdepth 1 -name 'clausea-*Z.backup' -printf '%f\n' | sort -r | tail -n +$((keep + 1)) | while IFS= read -r old; do
  rm -f "$dir/$old"
  log "deleted $old"
done
