#!/usr/bin/env bash
# Creates a certificate authority, certificates and kubeconfigs of a throw-away cluster: pki.sh DIR
set -euo pipefail
mkdir -p "$1"
cd "$1"
server=https://10.99.0.1:6443
quietly() { openssl "$@" 2>/dev/null; }
key() { quietly ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

key ca
quietly req -x509 -new -key ca.key -subj /CN=kube-ca -days 30 -out ca.crt \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,digitalSignature
quietly genrsa -out sa.key 2048
quietly rsa -in sa.key -pubout -out sa.pub

# certificate NAME SUBJECT USAGE [NAMES]
certificate() {
  key "$1"
  quietly req -new -key "$1.key" -subj "$2" -out "$1.csr"
  {
    echo "keyUsage=critical,digitalSignature,keyEncipherment"
    echo "extendedKeyUsage=$3"
    if [ -n "${4:-}" ]; then echo "subjectAltName=$4"; fi
  } >"$1.ext"
  quietly x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt"
  rm "$1.csr" "$1.ext"
}
certificate apiserver /CN=kube-apiserver serverAuth \
  "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:10.96.0.1,IP:10.99.0.1"
certificate kubelet-serving /O=system:nodes/CN=system:node:node1 serverAuth "DNS:node1,IP:10.99.0.1,IP:127.0.0.1"

# client NAME SUBJECT
client() {
  certificate "$1" "$2" clientAuth
  cat >"$1.kubeconfig" <<Y
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$server", certificate-authority: $PWD/ca.crt}}]
users: [{name: u, user: {client-certificate: $PWD/$1.crt, client-key: $PWD/$1.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
Y
}
client admin /O=system:masters/CN=admin
client controllers /CN=system:kube-controller-manager
client scheduler /CN=system:kube-scheduler
client proxy /CN=system:kube-proxy
client kubelet /O=system:nodes/CN=system:node:node1
client apikubelet /O=system:masters/CN=apikubelet
