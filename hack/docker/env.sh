# shellcheck shell=bash
# To be sourced with DOCKER_ROOT set: finds the programs of hack/docker/get.sh.
export PATH=$DOCKER_ROOT/usr/sbin:$DOCKER_ROOT/usr/bin:$PATH
export LD_LIBRARY_PATH=$DOCKER_ROOT/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export XTABLES_LIBDIR=$DOCKER_ROOT/usr/lib/x86_64-linux-gnu/xtables
