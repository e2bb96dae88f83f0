#!/usr/bin/env bash
# Prints the manifests of config for kubectl: manifests.sh definitions|deployment|all IMAGE NAMESPACE FOLDER...
# definitions are those of the custom resources, deployment is everything else except the namespace, and all
# is both with the namespace. Each FOLDER of config, for example api, is added. IMAGE is NAME:TAG or NAME@DIGEST.
set -euo pipefail
what=$1 image=$2 namespace=$3
shift 3
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kustomize() { go run -C "$root" sigs.k8s.io/kustomize/kustomize/v5@v5.8.2 "$@"; }

case $what in
  definitions) kustomize build "$root/config/crd"; exit ;;
  deployment) resources=(rbac operator metrics "$@") ;;
  all) resources=(default "$@") ;;
  *) echo "usage: manifests.sh definitions|deployment|all IMAGE NAMESPACE FOLDER..." >&2; exit 2 ;;
esac
case $image in
  *@*) new="newName: ${image%@*}, digest: ${image#*@}" ;;
  *:*) new="newName: ${image%:*}, newTag: ${image##*:}" ;;
  *) echo "the image $image has no tag: use IMG=NAME:TAG" >&2; exit 2 ;;
esac
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cp -r "$root/config" "$temp/config"
mkdir "$temp/config/made"
{
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: %s\nresources:\n' "$namespace"
  printf '  - ../%s\n' "${resources[@]}"
  printf 'images: [{name: clausea, %s}]\n' "$new"
  # The workers get the image of the operator.
  sed -n '/^replacements:/,$p' "$root/config/default/kustomization.yaml"
} >"$temp/config/made/kustomization.yaml"
kustomize build "$temp/config/made"
