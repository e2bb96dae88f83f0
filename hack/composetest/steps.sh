# shellcheck shell=bash
# The steps of the test. inside.sh sources it; docker, work and here are set.

: "${work:?}" "${group:?}" "${here:?}"
site=$work/clausea # the folder of an installation
cp -r "$here/../../deploy/compose" "$site"
cp "$here/compose.test.yaml" "$site/"
rm -f "$site/.env"
cd "$site" || exit
cat >.env <<'ENV'
CLAUSEA_IMAGE=clausea:v1
API_HOST=api.clausea.test
DASHBOARD_HOST=dashboard.clausea.test
TLS=internal
COMPOSE_FILE=compose.yaml:compose.test.yaml
COMPOSE_PROFILES=redis
REDIS_URL=redis://redis:6379
WAIT_SECONDS=600
BACKUP_KEEP=2
ENV

began=$SECONDS
# step TEXT starts a step, and prints how long the previous one took.
step() {
  if [ -n "${current:-}" ]; then printf '    %d s\n' $((SECONDS - began)); fi
  current=$1
  began=$SECONDS
  printf '== %s\n' "$1"
}
failed() { echo "FAILED: $current: $*" >&2; exit 1; }

# get HOST PATH CURL-ARGUMENT... sends a request through caddy and validates its certificate.
get() {
  local host=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --max-time 60 --cacert "$work/caddy-root.pem" \
    --resolve "$host:443:127.0.0.1" "https://$host$path" "$@"
}
api() { get api.clausea.test "$1" --header "Authorization: Bearer $(cat secrets/api_key)" "${@:2}"; }
clausea() { docker compose run --rm -T --no-deps tools "$@"; }
# export_to NAME exports all documents with their versions to a folder below work, and prints the
# commit. The image has no git, which an export needs, so a program of this machine does it.
export_to() {
  local server
  server=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(container mongo)")
  MONGO_URI=$(sed "s|@mongo:|@$server:|;s|replicaSet=rs0|directConnection=true|" secrets/mongo_uri) \
    "${programs:?}/clausea-v1" export "$work/$1" >&2
  git -C "$work/$1" rev-parse HEAD
}
container() { docker compose ps --quiet "$1"; }
runs() { docker inspect --format '{{.Config.Image}} {{.State.Health.Status}}' "$(container "$1")"; }

# check_services VERSION fails unless all services are healthy, and reached with TLS.
check_services() {
  local service
  for service in standalone api dashboard mongo caddy redis; do
    [[ $(runs "$service") == *" healthy" ]] || failed "$service is $(runs "$service")"
  done
  docker compose exec -T caddy cat /data/caddy/pki/authorities/local/root.crt >"$work/caddy-root.pem"
  get api.clausea.test /readyz >/dev/null || failed "the API is not reached"
  api /v1/companies | jq -e .items >/dev/null || failed "the API does not list companies"
  get dashboard.clausea.test /dashboard/ --location | grep -qi 'password' || failed "the dashboard has no page to sign in"
  get dashboard.clausea.test /dashboard/sign-in --output /dev/null --cookie-jar "$work/cookies" \
    --header 'Origin: https://dashboard.clausea.test' --data-urlencode "password=$(cat secrets/dashboard_password)" ||
    failed "the sign-in fails"
  get dashboard.clausea.test /dashboard/companies --cookie "$work/cookies" | grep -q '<h1' || failed "the dashboard shows no companies"
  [ "$(clausea version | cut -d' ' -f2)" = "$1" ] || failed "the version is $(clausea version), want $1"
}

# crawl NAME starts a crawl of a company and waits for its end.
crawl() {
  clausea apply -f - <<MANIFEST
{apiVersion: crawl.clausea.co/v1alpha1, kind: CrawlJob, metadata: {name: $1-now, namespace: default}, spec: {companyRef: {name: $1}}}
MANIFEST
  clausea wait --for=condition=Complete "crawljob/$1-now" --timeout 20m || {
    clausea describe crawljob "$1-now"
    failed "the crawl of $1 did not complete"
  }
}

step "deploy v1"
./deploy.sh
check_services v1

step "what the containers may do"
for service in standalone api dashboard mongo caddy redis; do
  docker inspect "$(container $service)" | jq -e '.[0] | (.HostConfig.ReadonlyRootfs and .HostConfig.CapDrop == ["ALL"]
    and (.HostConfig.SecurityOpt | index("no-new-privileges:true")) and .HostConfig.Memory > 0
    and .HostConfig.LogConfig.Config["max-size"] == "10m" and (.Config.User | test("^[1-9]")))' >/dev/null ||
    failed "$service is not restricted"
done
[ "$(docker ps --format '{{.Ports}}' | grep -c 0.0.0.0)" = 1 ] || failed "another service than caddy has a public port"
docker compose exec -T mongo mongosh --quiet --norc --eval 'try { db.getSiblingDB("clausea").runs.findOne(); print("read") } catch (e) { print(e.codeName) }' |
  grep -q Unauthorized || failed "MongoDB does not require a password"
docker compose run --rm -T --no-deps mongo-init || failed "the second initiation of the replica set"
[ "$(stat --format %a secrets)" = 700 ] || failed "others can read the folder secrets"

step "firewall: Docker passes by the chain INPUT, and obeys DOCKER-USER"
ip netns add outside
ip link add out0 type veth peer name in0 netns outside
ip address add 10.9.0.1/24 dev out0
ip link set out0 up
ip -netns outside address add 10.9.0.2/24 dev in0
ip -netns outside link set in0 up
outside() {
  ip netns exec outside curl --silent --output /dev/null --max-time 10 --cacert "$work/caddy-root.pem" \
    --resolve api.clausea.test:443:10.9.0.1 https://api.clausea.test/readyz
}
iptables -A INPUT -i out0 -p tcp --dport 443 -j DROP
outside || failed "a rule of INPUT applies to a published port, so the page is wrong"
others=(-i out0 -p tcp -m conntrack --ctorigdstport 443 --ctdir ORIGINAL '!' -s 203.0.113.0/24 -j DROP)
iptables -I DOCKER-USER "${others[@]}"
if outside; then failed "the rule of DOCKER-USER does not apply"; fi
iptables -D DOCKER-USER "${others[@]}"
others[12]=10.9.0.0/24
iptables -I DOCKER-USER "${others[@]}"
outside || failed "the rule of DOCKER-USER drops the clients that it allows"
iptables -D DOCKER-USER "${others[@]}"
ip netns delete outside

step "crawl the demo company"
clausea apply -f - <"$here/../../internal/demo/company.yaml"
crawl harbour
api '/v1/companies/harbour' | jq -c 'del(.spec, .status)' || failed "the API does not show the company"
clausea get documents --company harbour | tee "$work/documents"
grep -q privacy "$work/documents" || failed "the privacy policy is missing"

step "crawl a large company within 512 MB"
clausea apply -f - <<'MANIFEST'
apiVersion: crawl.clausea.co/v1alpha1
kind: Company
metadata: {name: large, namespace: default}
spec:
  domains: [large.example]
  seeds: [{url: "http://large.example/"}]
  crawl: {delay: 0s, maxPages: 700}
  schedule: {cron: "0 4 1 1 *", timeZone: Etc/UTC}
MANIFEST
crawl large
clausea get runs --company large
clausea get runs --company large -o json | jq -e '[.. | .fetched? // empty] | max > 600' >/dev/null || failed "the crawl fetched too few pages"
for service in standalone api dashboard mongo caddy redis; do
  memory=/sys/fs/cgroup/memory$group/$(docker inspect --format '{{.Id}}' "$(container $service)")
  printf '    %-10s peak %4d MiB, with file cache, of %4d MiB; now %4d MiB without it; out of memory: %s\n' "$service" \
    $(($(<"$memory/memory.max_usage_in_bytes") >> 20)) $(($(<"$memory/memory.limit_in_bytes") >> 20)) \
    $(($(sed -n 's/^total_rss //p' "$memory/memory.stat") >> 20)) "$(docker inspect --format '{{.State.OOMKilled}}, restarts {{.RestartCount}}' "$(container $service)")"
done
[ "$(docker inspect --format '{{.State.OOMKilled}} {{.RestartCount}}' "$(container standalone)")" = "false 0" ] || failed "the crawler exceeded its memory"

step "upgrade to v2"
./deploy.sh clausea:v2
check_services v2
grep -qx CLAUSEA_IMAGE=clausea:v2 .env || failed ".env does not name the new image"
[ "$(find backups -name '*.backup' | wc -l)" = 1 ] || failed "the upgrade made no backup"

step "an image that does not exist changes nothing"
before=$(container api)
if ./deploy.sh clausea:missing; then failed "the upgrade succeeded"; fi
[ "$before" = "$(container api)" ] || failed "the container of the API was replaced"

step "a broken version is rolled back"
if ./deploy.sh clausea:broken; then failed "the upgrade succeeded"; fi
check_services v2
grep -qx CLAUSEA_IMAGE=clausea:v2 .env || failed ".env does not name the previous image"

step "a broken version that changes the schema is rolled back, and so is the store"
before=$(export_to schema-before)
if ./deploy.sh clausea:migrates; then failed "the upgrade succeeded"; fi
check_services v2
after=$(export_to schema-after)
[ "$before" = "$after" ] || failed "the store is not as before"

step "backup"
before=$(export_to before)
file=$(./backup.sh)
[ "$(find backups -name '*.backup' | wc -l)" -le 2 ] || failed "old backups were not deleted"
if ./restore.sh "$file"; then failed "a store with records was replaced without --replace"; fi

step "delete all volumes, and restore"
docker compose --profile '*' down --volumes --remove-orphans
[ -z "$(docker volume ls --quiet --filter label=com.docker.compose.project=clausea)" ] || failed "volumes remain"
./restore.sh "$file"
check_services v2
after=$(export_to after)
diff -r --exclude .git "$work/before" "$work/after" || failed "the export differs"
[ "$before" = "$after" ] || failed "the history of the export differs"
printf '    the export has the same commit %s with %d files before and after\n' "$after" "$(git -C "$work/after" ls-files | wc -l)"

step "restore again with --replace"
BACKUP_KEEP=1 ./restore.sh "$file" --replace
[ -e "$file" ] || failed "the backup of the replaced store deleted the one to restore"
check_services v2

step "remove everything"
docker compose --profile '*' down --volumes --remove-orphans
[ -z "$(docker ps --all --quiet)$(docker volume ls --quiet)$(docker network ls --quiet --filter type=custom)" ] || failed "something remains"
step "all steps passed"
