#!/bin/sh
# Compiles the ZFS kernel modules for one kernel and packs them as a Debian package.
#
# usage: zfs-deb.sh WORK KERNEL SOURCES OUT
#   WORK     empty folder; the compiler's chroot is made and removed in it
#   KERNEL   kernel release, e.g. 6.1.0-40-cloud-amd64
#   SOURCES  apt sources list with main and contrib
#   OUT      folder the .deb is put into
#
# DKMS inside an emulated node takes tens of minutes, natively three. The package stands in for zfs-dkms
# and for the kernel's headers, so that the commands an administrator would type work in a node unchanged.
set -eu
work=$1 kernel=$2 sources=$3 out=$4
root=$work/chroot

mmdebstrap --mode=root --variant=minbase --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --include="build-essential,dkms,linux-headers-$kernel,kmod,ca-certificates" \
  --customize-hook='cp /etc/resolv.conf "$1/etc/resolv.conf"' \
  --customize-hook='chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends zfs-dkms' \
  bookworm "$root" "$sources"

version=$(chroot "$root" dpkg-query -W -f '${Version}' zfs-dkms)
pkg=$work/pkg
mods=$pkg/lib/modules/$kernel/updates/dkms
mkdir -p "$mods" "$pkg/DEBIAN"
find "$root/lib/modules/$kernel/updates" -name '*.ko*' -exec cp {} "$mods/" \;
ls "$mods" | grep -q '^zfs\.ko' || { echo "zfs-deb: DKMS left no zfs.ko for $kernel" >&2; exit 1; }

cat > "$pkg/DEBIAN/control" <<C
Package: zfs-modules-$kernel
Version: $version
Architecture: amd64
Maintainer: Spindle lab <lab@localhost>
Section: kernel
Priority: optional
Depends: linux-image-$kernel, kmod
Provides: zfs-modules, zfs-dkms (= $version), linux-headers-$kernel, linux-headers-cloud-amd64
Description: ZFS modules built for $kernel
 Built once on the host for the lab's nodes; stands in for zfs-dkms and the kernel's headers.
C
printf '#!/bin/sh\nset -e\n[ "$1" != configure ] || depmod %s\n' "$kernel" > "$pkg/DEBIAN/postinst"
chmod 755 "$pkg/DEBIAN/postinst"
dpkg-deb --root-owner-group -Zzstd -b "$pkg" "$out" >/dev/null 2>&1 || dpkg-deb --root-owner-group -b "$pkg" "$out" >/dev/null
rm -rf "$root" "$pkg"
