#!/usr/bin/env bash
# Prints the configuration of the kubelet: kubelet.sh DIR
set -euo pipefail
cat <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
# The kubelet otherwise refuses to start on a machine with control groups of version 1.
failCgroupV1: false
cgroupDriver: cgroupfs
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $1/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $1/pki/kubelet-serving.crt
tlsPrivateKeyFile: $1/pki/kubelet-serving.key
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $1/resolv.conf
failSwapOn: false
# The disk of the machine is not the node's alone: do not evict pods because it is full.
evictionHard: {memory.available: 50Mi, nodefs.available: "0%", imagefs.available: "0%", nodefs.inodesFree: "0%", imagefs.inodesFree: "0%"}
imageGCHighThresholdPercent: 100
syncFrequency: 5s
Y
