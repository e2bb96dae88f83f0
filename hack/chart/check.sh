#!/usr/bin/env bash
# Checks charts/clausea: helm lint and the tests of this folder with both major versions of Helm,
# helm-unittest, and kube-score. The generated files must be current.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
chart=$here/../../charts/clausea
HELM3=$("$here/../helm/get.sh" 3)
HELM4=$("$here/../helm/get.sh" 4)
KUBEBUILDER_ASSETS=$("$here/../kube/get.sh")
tools=$("$here/get.sh")
export HELM3 HELM4 KUBEBUILDER_ASSETS
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

step() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

step "helm lint --strict"
for values in "$here"/values/*.yaml; do
  for helm in "$HELM3" "$HELM4"; do
    "$helm" lint --strict --quiet "$chart" --values "$values" >"$temp/lint" 2>&1 || { cat "$temp/lint"; exit 1; }
  done
done

step "helm-unittest"
"$tools/helm-unittest" "$chart"

step "renderings, schemas, Pod Security, roles, an API server"
go test -C "$here" -count=1 -timeout 30m ./...

step "kube-score"
# Not findings here: a limit on CPU time would throttle crawls; images have tags that do not change; the
# pods of crawls, which a policy selects, are created by the operator.
ignored=(--ignore-container-cpu-limit --ignore-test container-image-pull-policy,networkpolicy-targets-pod)
for values in "$here"/values/*.yaml; do
  case $(basename "$values") in no-network-policy.yaml) continue ;; esac
  "$HELM3" template clausea "$chart" --namespace clausea --values "$values" >"$temp/rendered.yaml"
  "$tools/kube-score" score --output-format ci "${ignored[@]}" "$temp/rendered.yaml" >"$temp/score" 2>&1 || {
    echo "kube-score has critical findings with $values"
    grep -v '^\[\(OK\|SKIPPED\|WARNING\)\]' "$temp/score"
    exit 1
  }
done

step "generated files"
mkdir -p "$temp/root/charts"
cp -r "$here/../../config" "$temp/root/config"
cp -r "$chart" "$temp/root/charts/clausea"
go run -C "$here" ./generate "$temp/root"
"$here/readme.sh" "$temp/root/charts/clausea"
diff -ru "$chart" "$temp/root/charts/clausea" || { echo "run make generate-chart chart-readme"; exit 1; }
step "the chart is correct"
