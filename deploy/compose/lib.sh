# shellcheck shell=bash
# What the scripts in this folder have in common. They source it.
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")"

log() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }
fail() { log "error: $*"; exit 1; }

# setting NAME DEFAULT prints a variable of the environment or of .env.
setting() {
  local value=${!1:-}
  if [ -z "$value" ] && [ -e .env ]; then value=$(sed -n "s/^$1=//p" .env | tail -n 1); fi
  printf '%s\n' "${value:-$2}"
}

compose() { docker compose "$@"; }

# lock prevents that two of the scripts run at the same time. A script that another one calls
# inherits the lock.
lock() {
  if [ -n "${CLAUSEA_LOCKED:-}" ]; then return; fi
  exec 9>.lock
  flock -n 9 || fail "another deployment, backup or restore is running"
  export CLAUSEA_LOCKED=1
}

# tools FOLDER ARGUMENT... runs a command of clausea in a container that has a folder of this machine
# at /backup, as the user who calls the script.
tools() {
  local folder=$1
  shift
  compose run --rm -T --no-deps --user "$(id -u):$(id -g)" --volume "$folder:/backup" tools "$@"
}

# wait_until_ready starts what has changed, and fails unless every service becomes healthy.
wait_until_ready() {
  compose up --detach --remove-orphans --wait --wait-timeout "$(setting WAIT_SECONDS 180)"
}

# start_store starts the database, and returns when its replica set accepts writes and has its users.
start_store() {
  compose up --detach mongo && compose run --rm -T --no-deps mongo-init >&2
}
