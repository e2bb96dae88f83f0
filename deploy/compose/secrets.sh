#!/usr/bin/env bash
# Creates the secrets that do not exist yet, in the folder secrets. Only the owner of the folder
# reaches the files. Containers read them with users of their own, so the files themselves have mode
# 0444. Keep a copy of the folder with your backups.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir -p secrets
chmod 0700 secrets

# create NAME COMMAND... writes what the command prints to a secret, unless the secret exists.
create() {
  local file=secrets/$1
  shift
  if [ -s "$file" ]; then return; fi
  "$@" >"$file.new"
  chmod 0444 "$file.new"
  mv "$file.new" "$file"
  log "created $file"
}

uri() { printf 'mongodb://clausea:%s@mongo:27017/clausea?replicaSet=rs0&authSource=admin\n' "$(<secrets/mongo_password)"; }

create mongo_keyfile openssl rand -base64 756
create mongo_root_password openssl rand -hex 24
create mongo_password openssl rand -hex 24
create mongo_uri uri
create api_key openssl rand -hex 32
create dashboard_password openssl rand -hex 12
create evidence_key openssl genpkey -algorithm ed25519
