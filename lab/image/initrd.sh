#!/bin/sh
# The smallest initrd that reaches the root disk. usage: initrd.sh TREE KERNEL BUSYBOX WORK OUT
# Debian's own takes seconds to unpack under emulation and looks for disks the lab never has.
set -eu
tree=$1 kernel=$2 busybox=$3 work=$4 out=$5
rm -rf "$work" && mkdir -p "$work/bin" "$work/dev" "$work/proc" "$work/root" "$work/modules"
cp "$busybox" "$work/bin/busybox"
number=10
# The network card's and the configuration device's are here so that the identity need not wait for udev.
chroot "$tree" modprobe -S "$kernel" -a --show-depends virtio_pci virtio_blk virtio_net virtio_rng qemu_fw_cfg |
  awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
  while read -r module; do cp "$tree/$module" "$work/modules/$number-${module##*/}"; number=$((number + 1)); done
cat > "$work/init" <<'I'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
# The trial of the host's KVM ends here: reached, and able to run guests of its own, or not.
if $b grep -qw lab.probe /proc/cmdline; then
  $b grep -qwE 'svm|vmx' /proc/cpuinfo && echo LAB-PROBE-NESTED || echo LAB-PROBE-PLAIN
  $b poweroff -f
fi
for module in /modules/*.ko; do $b insmod "$module"; done
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 500 ]; do $b usleep 20000; tries=$((tries + 1)); done
$b mount -t ext4 -o rw,noatime /dev/vda /root || { echo 'LAB: no root file system on /dev/vda'; $b poweroff -f; }
$b mount --move /dev /root/dev
$b umount /proc
exec $b switch_root /root /lib/systemd/systemd
I
chmod 755 "$work/init"
(cd "$work" && find . | cpio -o -H newc --quiet | gzip -1) > "$out"
rm -rf "$work"
