# shellcheck shell=bash
# To be sourced: makes stand-ins for the base images of the Dockerfile, for machines that reach no
# registry. They have the names of the originals in the storage of buildah.

# use_storage FOLDER lets buildah store everything in a folder, and run commands without a container runtime.
use_storage() {
  export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs CONTAINERS_STORAGE_CONF=$1/storage.conf
  printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/graph"\n' "$1" "$1" >"$CONTAINERS_STORAGE_CONF"
}

# make_golang makes golang:1.26 as a shell with certificates. The build mounts Go and its caches from
# this machine (build_options), so it neither copies nor compiles what is there already.
make_golang() {
  local container root program library
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  mkdir -p "$root"/{bin,etc/ssl/certs,tmp,usr/local/go,root}
  chmod 1777 "$root/tmp"
  for program in sh mkdir; do
    install "$(readlink -f "$(type -P "$program")")" "$root/bin/$program"
    while IFS= read -r library; do
      install -D "$(readlink -f "$library")" "$root$library"
    done < <(ldd "$(type -P "$program")" | grep -o '/[^ ]*')
  done
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  buildah config --env PATH=/usr/local/go/bin:/bin --env GOMODCACHE=/host/mod --env GOCACHE=/host/build \
    --env "GOPROXY=$(go env GOPROXY)" "$container"
  buildah commit -q --rm "$container" docker.io/library/golang:1.26 >/dev/null
}

# build_options prints the options of buildah, one a line, that mount Go and its caches.
build_options() {
  printf '%s\n' --pull=never --network host \
    --volume "$(go env GOROOT):/usr/local/go:ro" --volume "$(go env GOMODCACHE):/host/mod" --volume "$(go env GOCACHE):/host/build"
}

# make_distroless makes gcr.io/distroless/static:nonroot for amd64 and arm64 with what the original has and
# the program needs: certificates, users and a folder for temporary files.
make_distroless() {
  local container root architecture name=gcr.io/distroless/static:nonroot
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  mkdir -p "$root"/{etc/ssl/certs,tmp,home/nonroot,root}
  chmod 1777 "$root/tmp"
  chown 65532:65532 "$root/home/nonroot"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin \
    nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$root/etc/passwd"
  printf '%s\n' root:x:0: nobody:x:65534: nonroot:x:65532: >"$root/etc/group"
  buildah config --user 65532 --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt --workingdir /home/nonroot "$container"
  buildah manifest create "$name" >/dev/null
  for architecture in amd64 arm64; do
    buildah config --arch "$architecture" "$container"
    buildah commit -q "$container" "localhost/distroless-$architecture" >/dev/null
    buildah manifest add "$name" "containers-storage:localhost/distroless-$architecture" >/dev/null
  done
  buildah rm "$container" >/dev/null
}

# make_debian makes debian:bookworm-slim with debootstrap, which downloads about 40 MB.
make_debian() {
  local root=$1 container
  hack/packages/get.sh debootstrap
  debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >/dev/null
  printf 'deb http://deb.debian.org/debian-security bookworm-security main\n' >"$root/etc/apt/sources.list.d/security.list"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/usr/share/{doc,man,locale}/*
  container=$(buildah from scratch)
  buildah add -q "$container" "$root" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd bash "$container"
  buildah commit -q --rm "$container" docker.io/library/debian:bookworm-slim >/dev/null
  rm -rf "$root"
}
