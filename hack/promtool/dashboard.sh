#!/usr/bin/env bash
# Validates the Grafana dashboard: against the types of Grafana's foundation SDK, and by running each
# of its queries in a Prometheus that scrapes a standalone process while it crawls the demo company.
# It needs bin/clausea. There is no Grafana in this test.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$("$root/hack/promtool/get.sh")
work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
(cd "$root/hack/promtool" && go build -o "$work/dashboard" ./dashboard)
port=${DASHBOARD_TEST_PORT:-19600}

# await WHAT COMMAND... waits up to two minutes until the command succeeds.
await() {
  local what=$1 end=$((SECONDS + 120))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -gt $end ]; then
      echo "timed out waiting for $what" >&2
      tail -20 "$work"/*.log >&2
      exit 1
    fi
    sleep 1
  done
}
start() {
  METRICS_PORT=$((port + 1)) PORT=$((port + 2)) LOG_LEVEL=warn "$root/bin/clausea" standalone --demo --store "$work/store" >"$work/demo.log" 2>&1 &
  pids+=($!)
}
api=http://127.0.0.1:$((port + 2))
server=http://127.0.0.1:$port
query() { curl -fsS "$server/api/v1/query" --data-urlencode "query=$1" | grep -q '"value"'; }
request() { curl -fsS -H "X-API-Key: $(grep -o 'clausea_[0-9A-Za-z]*_[0-9A-Za-z]*' "$work/demo.log" | head -1)" "$@"; }

# The documents are measured at the start of a process, so the second one has documents to measure.
start
await "the first crawls" grep -q "has moved" "$work/demo.log"
kill "${pids[0]}"
wait "${pids[0]}" || true
pids=()
start
cat >"$work/prometheus.yml" <<EOF
global: {scrape_interval: 2s, evaluation_interval: 2s}
rule_files: [$root/charts/clausea/files/alerts.yaml]
scrape_configs:
  - job_name: clausea
    static_configs: [{targets: ['127.0.0.1:$((port + 1))']}]
EOF
"$tools/prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="127.0.0.1:$port" >"$work/prometheus.log" 2>&1 &
pids+=($!)
await "the API" request "$api/v1/companies"
await "two scrapes" query 'count_over_time(clausea_build_info[1m]) > 1'
request -X POST "$api/v1/crawls" -H 'Content-Type: application/json' -d '{"company":"harbour"}' >/dev/null
await "a crawl that has ended" query 'sum(increase(clausea_crawl_runs_total[10m])) > 0'
await "all queries" "$work/dashboard" "$root/charts/clausea/files/grafana-dashboard.json" "$server"
"$work/dashboard" "$root/charts/clausea/files/grafana-dashboard.json" "$server"
if curl -fsS "$server/api/v1/rules" | grep -q '"health":"err"'; then
  echo "a rule cannot be evaluated" >&2
  exit 1
fi
echo "alerts: $(curl -fsS "$server/api/v1/alerts")"
