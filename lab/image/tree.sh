#!/bin/sh
# Installs a Debian tree from the pool. usage: tree.sh TREE POOL PACKAGES(comma-separated)
# Documentation stays out, to save time and space. Debian's own initrd is never booted and takes half a minute to make.
set -eu
tree=$1 pool=$2 packages=$3
mmdebstrap --mode=root --variant=minbase --include="$packages" \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt=force-confold \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools"; echo update_initramfs=no > "$1/etc/initramfs-tools/update-initramfs.conf"' \
  bookworm "$tree" "deb [trusted=yes] copy:$pool ./"
