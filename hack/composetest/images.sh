# shellcheck shell=bash
# To be sourced: makes stand-ins for the images that the test cannot pull, from programs of this
# machine, under the official names. A Debian 12 is assumed.

# copy_programs ROOT PROGRAM... copies programs and the libraries that they load.
copy_programs() {
  local root=$1 program path library
  shift
  for program in "$@"; do
    path=$(readlink -f "$(type -P "$program")")
    install -D "$path" "$root$path"
    if [ ! -e "$root/usr/bin/${program##*/}" ]; then ln -s "$path" "$root/usr/bin/${program##*/}"; fi
    { ldd "$path" 2>/dev/null || true; } | grep -o '/[^ ]*' | while IFS= read -r library; do
      # Libraries of the unpacked Docker Engine are not needed by these programs.
      if [ ! -e "$root$library" ]; then install -D "$(readlink -f "$library")" "$root$library"; fi
    done
  done
}

# base ROOT makes a folder with a shell, a few programs and users.
base() {
  local root=$1 name
  mkdir -p "$root"/{etc,tmp,usr/bin,usr/sbin,usr/lib,usr/local/bin,run,proc,sys,dev}
  chmod 1777 "$root/tmp"
  ln -s usr/bin "$root/bin"
  ln -s usr/sbin "$root/sbin"
  ln -s usr/lib "$root/lib"
  mkdir "$root/usr/lib64"
  ln -s usr/lib64 "$root/lib64"
  printf '%s\n' root:x:0:0::/root:/bin/bash mongodb:x:999:999::/data/db:/bin/bash >"$root/etc/passwd"
  printf '%s\n' root:x:0: mongodb:x:999: >"$root/etc/group"
  for name in bash cat chown env grep head install ls mkdir od sleep timeout true; do
    copy_programs "$root" "$name"
  done
  ln -s bash "$root/usr/bin/sh"
}

# import_image ROOT NAME CHANGE... makes an image from a folder, and deletes the folder.
import_image() {
  local root=$1 name=$2 change changes=()
  shift 2
  for change in "$@"; do changes+=(--change "$change"); done
  tar -C "$root" --numeric-owner --xattrs -c . | docker import "${changes[@]}" - "$name" >/dev/null
  rm -rf "$root"
}

# make_mongo WORK MONGOD MONGOSH makes mongo:8.0 from a mongod binary and an npm folder with mongosh.
make_mongo() {
  local root=$1/root/mongo
  base "$root"
  copy_programs "$root" "$2" node
  mkdir -p "$root/opt"
  cp -r "$3" "$root/opt/mongosh"
  printf '#!/bin/sh\nexec node /opt/mongosh/node_modules/mongosh/bin/mongosh.js "$@"\n' >"$root/usr/bin/mongosh"
  chmod 0755 "$root/usr/bin/mongosh"
  install -d -o 999 -g 999 "$root/data/db" "$root/data/configdb"
  import_image "$root" mongo:8.0 'CMD ["mongod"]' 'VOLUME ["/data/db"]'
}

# make_caddy WORK makes caddy:2. As in the official image, the program has a capability.
make_caddy() {
  local root=$1/root/caddy
  base "$root"
  copy_programs "$root" caddy wget
  mkdir -p "$root/etc/caddy" "$root/config/caddy" "$root/data/caddy"
  setcap cap_net_bind_service=+ep "$root$(readlink -f "$(type -P caddy)")"
  import_image "$root" caddy:2 'ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data' \
    'CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]'
}

# make_redis WORK makes redis:7-alpine.
make_redis() {
  local root=$1/root/redis
  base "$root"
  copy_programs "$root" redis-server redis-cli
  import_image "$root" redis:7-alpine 'CMD ["redis-server"]'
}

# make_clausea WORK BINARY NAME makes an image as the Dockerfile does.
make_clausea() {
  local root=$1/root/clausea
  mkdir -p "$root/etc/ssl/certs" "$root/tmp"
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0::/root:/\nnonroot:x:65532:65532::/home/nonroot:/\n' >"$root/etc/passwd"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  install "$2" "$root/clausea"
  import_image "$root" "$3" 'USER 65532:65532' 'ENTRYPOINT ["/clausea"]'
}

# make_site WORK BINARY makes the image of the sites that are crawled.
make_site() {
  local root=$1/root/site
  mkdir -p "$root/tmp" "$root/ca"
  chmod 1777 "$root/tmp" "$root/ca"
  install "$2" "$root/site"
  import_image "$root" clausea-test/site 'ENTRYPOINT ["/site"]' 'CMD ["/ca"]'
}
