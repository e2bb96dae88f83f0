#!/bin/bash
# Succeeds if the MongoDB server of this container accepts writes. It sends the command hello in the
# wire protocol, because a start of mongosh takes a second and 100 MB.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/27017
# OP_MSG with the document {hello: 1, $db: "admin"}.
# shellcheck disable=SC2016
printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
timeout 3 head -c 400 <&3 | grep -aqP 'isWritablePrimary\x00\x01'
