#!/bin/sh
# Turns a debootstrapped tree into a lab node. usage: configure.sh TREE FILES
# Stock stays what the panel has to live with (sshd, PAM, AppArmor, libvirt, the storages' boot units);
# switched off is only what costs boot time and tells nothing.
set -eu
tree=$1 files=$2
in_tree() { chroot "$tree" "$@"; }

install -m 755 "$files/lab-identity" "$tree/usr/local/sbin/lab-identity"
install -m 644 "$files/lab-identity.service" "$tree/etc/systemd/system/lab-identity.service"
install -m 644 "$files/lab-sshd.conf" "$tree/etc/ssh/sshd_config.d/lab.conf"
in_tree systemctl -q enable lab-identity.service

echo '/dev/vda / ext4 noatime,errors=remount-ro 0 1' > "$tree/etc/fstab"
echo node > "$tree/etc/hostname"
printf '127.0.0.1\tlocalhost\n' > "$tree/etc/hosts"
rm -f "$tree/etc/resolv.conf" && : > "$tree/etc/resolv.conf"
rm -f "$tree"/etc/ssh/ssh_host_* "$tree/etc/hostid" "$tree/etc/iscsi/initiatorname.iscsi" "$tree/var/lib/dbus/machine-id"
# An empty file makes systemd draw an id at boot; "uninitialized" would also enable every unit switched off here.
: > "$tree/etc/machine-id"
# What the build told apt and dpkg must not hide what a node does by default; documentation stays out, to save time.
rm -f "$tree/etc/apt/apt.conf.d/99mmdebstrap"
sed -i '/force-confold/d' "$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
echo 'Acquire::Languages "none";' > "$tree/etc/apt/apt.conf.d/90lab"
# The lab boots kernel and initrd from outside; rebuilding one in the node takes minutes under emulation.
echo 'update_initramfs=no' > "$tree/etc/initramfs-tools/update-initramfs.conf"

# libvirt has a profile compiled twice for each start of a guest; simplifying it first takes longer than it saves.
# The compiled profile is the same in effect.
[ ! -e "$tree/etc/apparmor/parser.conf" ] || echo 'Optimize=no-expr-simplify' >> "$tree/etc/apparmor/parser.conf"

# One call a unit: systemctl refuses the whole list when one of it is not there.
for unit in nfs-server.service tgt.service libvirt-guests.service libvirtd.service lxd-containers.service lxcfs.service \
  ceph.target rbdmap.service; do
  in_tree systemctl -q disable "$unit" 2>/dev/null || :
done
# Disabling libvirtd takes its sockets along.
for unit in libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket virtlogd.socket virtlockd.socket lxd.socket; do
  [ ! -e "$tree/lib/systemd/system/$unit" ] || in_tree systemctl -q enable "$unit"
done
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  logrotate.timer man-db.timer systemd-tmpfiles-clean.timer getty@tty1.service serial-getty@ttyS0.service \
  systemd-timesyncd.service systemd-pstore.service systemd-binfmt.service modprobe@drm.service modprobe@efi_pstore.service \
  systemd-hwdb-update.service systemd-journal-catalog-update.service ldconfig.service systemd-update-done.service \
  systemd-sysusers.service systemd-random-seed.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
  modprobe@fuse.service sys-fs-fuse-connections.mount dev-mqueue.mount dev-hugepages.mount \
  sys-kernel-debug.mount sys-kernel-tracing.mount; do
  ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
# Settling takes nine seconds under emulation and only matters where a pool is to be imported.
mkdir -p "$tree/etc/systemd/system/systemd-udev-settle.service.d"
printf '[Unit]\nConditionPathExists=/etc/zfs/zpool.cache\n' > "$tree/etc/systemd/system/systemd-udev-settle.service.d/lab.conf"
in_tree systemctl -q set-default multi-user.target
