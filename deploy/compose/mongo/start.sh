#!/bin/bash
# Starts the MongoDB server of the replica set rs0. The server rejects a key file that other users
# can read, so it gets a copy of the mounted secret.
set -euo pipefail
install -m 0400 /run/secrets/mongo_keyfile /tmp/keyfile
exec mongod --dbpath /data/db --replSet rs0 --keyFile /tmp/keyfile --bind_ip_all \
  --wiredTigerCacheSizeGB 0.25 --oplogSize 512 --quiet
