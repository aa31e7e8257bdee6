#!/bin/sh
# Runs inside an image's first boot: lets slow programs fill their caches, then removes all that made this boot an individual.
set -u
systemctl is-system-running --wait
# libvirt asks QEMU for its abilities once, for 15 seconds under emulation.
if command -v virsh >/dev/null; then
  virsh -c qemu:///system capabilities >/dev/null
  virsh -c qemu:///system domcapabilities --virttype kvm >/dev/null
  systemctl stop libvirtd.service
fi
if command -v multipathd >/dev/null; then systemctl stop multipathd.service multipathd.socket; fi
set -e
usermod -p '*' root
rm -f /etc/ssh/ssh_host_* /etc/ssh/lab_authorized_keys /etc/iscsi/initiatorname.iscsi /etc/hostid /etc/apt/sources.list \
  /var/lib/lab-identity /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /var/lib/dbus/machine-id /var/lib/systemd/timesync/clock
rm -rf /etc/lvm/archive/* /etc/lvm/backup/* /var/lib/libvirt/dnsmasq/* /tmp/* /var/tmp/*
echo node > /etc/hostname
: > /etc/hosts
# systemd made a link or a bind mount of nothing here: the root was writable.
: > /etc/machine-id
journalctl --relinquish-var
rm -rf /var/log/journal/* /var/log/*.log /var/log/libvirt/*/*
fstrim / || :
sync
echo WARM
# A regular end would write a new random seed and journal; the file system is left clean by the remount.
setsid sh -c 'sleep 1; echo u > /proc/sysrq-trigger; sleep 1; echo o > /proc/sysrq-trigger' >/dev/null 2>&1 </dev/null &
