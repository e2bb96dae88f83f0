#!/usr/bin/env bash
# The first process of the namespaces of a cluster, which up.sh starts: node.sh DIR. It prepares the
# node, starts its programs, and reaps processes until it is killed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$1 pki=$1/pki
PATH=$(cat "$dir/programs"):$PATH
export PATH KUBECONFIG=$pki/admin.kubeconfig
started=$(date +%s%3N)
report() { echo "$(($(date +%s%3N) - started)) ms: $*"; }
start() { local name=$1; shift; "$@" >"$dir/log/$name.log" 2>&1 & }
wait_for() { for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return; fi; sleep 0.1; done; report "timeout: $*"; return 1; }

# The programs have paths that cannot be changed. They get folders of their own there.
mount --make-rshared /
for folder in /run /var/log /var/lib/kubelet /var/lib/cni; do mkdir -p "$folder"; mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/lock "$dir/kubelet" "$dir/cni"
cp "$here/network.conflist" "$dir/cni/10-network.conflist"
echo "nameserver 10.96.0.10" >"$dir/resolv.conf"
resolver=$(realpath -m /etc/resolv.conf)
mkdir -p "$(dirname "$resolver")"
[ -e "$resolver" ] || touch "$resolver"
mount --bind "$dir/resolv.conf" "$resolver"

# The kubelet requires these values. It sees them without a change of the machine.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=/run/sysctl-$(echo "${setting%%=*}" | tr / _)
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%%=*}"
done

# Both ends of the veth pair stay in the namespace: the node has an address, and nothing leaves it.
ip link set lo up
ip link add node0 type veth peer name node0p
ip link set node0p up
ip link set node0 up
ip addr add 10.99.0.1/24 dev node0
ip route add default via 10.99.0.254 dev node0
for address in $(awk '!/^#/ {print $1}' "$here/internet.hosts" | sort -u); do ip addr add "$address/32" dev lo; done
sysctl -qw net.ipv4.ip_forward=1
# Without it, a pod does not get the responses of a Service whose pod is on the same bridge.
sysctl -qw net.bridge.bridge-nf-call-iptables=1

bash "$here/pki.sh" "$pki"
start etcd etcd --name e --data-dir "$dir/etcd" --unsafe-no-fsync --log-level warn \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster e=http://127.0.0.1:2380
start kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --secure-port=6443 --advertise-address=10.99.0.1 \
  --client-ca-file="$pki/ca.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --kubelet-client-certificate="$pki/apikubelet.crt" --kubelet-client-key="$pki/apikubelet.key" \
  --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
  --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
  --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-cluster-ip-range=10.96.0.0/16
bash "$here/containerd.sh" "$dir" "$(cut -d: -f1 "$dir/programs")" >"$dir/containerd.toml"
start containerd containerd -c "$dir/containerd.toml"
wait_for ctr version
for image in "$dir"/images/*.tar; do ctr -n k8s.io images import "$image" >/dev/null; done
report "images imported"
wait_for kubectl get --raw /readyz
report "API server ready"

for name in controller-manager scheduler; do
  config=$pki/${name/controller-manager/controllers}.kubeconfig
  extra=()
  if [ "$name" = controller-manager ]; then
    extra=(--use-service-account-credentials --service-account-private-key-file="$pki/sa.key" --root-ca-file="$pki/ca.crt"
      --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" --allocate-node-cidrs=false)
  fi
  start "kube-$name" "kube-$name" --kubeconfig="$config" --authentication-kubeconfig="$config" --authorization-kubeconfig="$config" \
    --leader-elect=false --bind-address=127.0.0.1 "${extra[@]}"
done
bash "$here/kubelet.sh" "$dir" >"$dir/kubelet.yaml"
start kubelet kubelet --config="$dir/kubelet.yaml" --kubeconfig="$pki/kubelet.kubeconfig" --root-dir="$dir/kubelet" \
  --hostname-override=node1 --node-ip=10.99.0.1
cat >"$dir/proxy.yaml" <<Y
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: 10.244.0.0/16
clientConnection: {kubeconfig: $pki/proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
hostnameOverride: node1
Y
start kube-proxy kube-proxy --config="$dir/proxy.yaml"
kubectl create clusterrolebinding kube-proxy-node --clusterrole=system:node-proxier --user=system:kube-proxy >/dev/null
cat >"$dir/Corefile" <<C
.:53 {
  errors
  ready :8181
  hosts $here/internet.hosts {
    fallthrough
  }
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $KUBECONFIG
  }
  cache 5
}
C
start coredns coredns -conf "$dir/Corefile"
kubectl apply -f "$here/dns.yaml" >/dev/null
wait_for kubectl wait --for=condition=Ready node/node1 --timeout=1s
wait_for curl -fs http://127.0.0.1:8181/ready
report "node ready"
touch "$dir/ready"
while :; do wait -n || sleep 1; done
