#!/bin/sh
# A Vulkan driver that computes on the processor, for the tests of kernels. Does nothing where one is installed.
set -eu
if ls /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi
    DEBIAN_FRONTEND=noninteractive $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq mesa-vulkan-drivers libvulkan1 >/dev/null
    exit 0
fi
echo "no Vulkan driver, and no apt-get to install one with" >&2
exit 1
