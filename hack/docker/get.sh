#!/usr/bin/env bash
# Prints the folder of an unpacked Docker Engine of Debian 12 with containerd, runc, iptables, and
# caddy and shellcheck for tests: $DOCKER_ROOT, or a copy in ${XDG_CACHE_HOME:-~/.cache}/clausea.
# Nothing is installed and no service is started. hack/docker/env.sh sets the variables to use it.
set -euo pipefail
if [ -n "${DOCKER_ROOT:-}" ]; then echo "$DOCKER_ROOT"; exit 0; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/docker-debian12
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
if [ ! -x "$cache/root/usr/sbin/dockerd" ]; then
  command -v apt-get >/dev/null || { echo "Docker is unpacked from Debian's packages, which need apt-get" >&2; exit 1; }
  rm -rf "$cache/root" "$cache/packages"
  mkdir -p "$cache/packages" "$cache/new"
  download() { (cd "$cache/packages" && apt-get -qq -o APT::Sandbox::User=root download docker.io containerd runc \
    iptables libip4tc2 libip6tc2 libnetfilter-conntrack3 libnfnetlink0 libnftnl11 libxtables12 caddy shellcheck) >&2; }
  download || { apt-get update -qq >&2 && download; }
  for package in "$cache"/packages/*.deb; do dpkg -x "$package" "$cache/new"; done
  # The iptables of Debian uses nftables unless an alternative is selected.
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf "${name/tables/tables-legacy}" "$cache/new/usr/sbin/$name"
  done
  rm -rf "$cache/packages"
  mv "$cache/new" "$cache/root"
fi
echo "$cache/root"
