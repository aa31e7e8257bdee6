/**
 * The LVM storage's part of the probe. Every command names its devices: only these are opened, so a disk of another VG
 * that hangs stops nothing here. All are `--readonly`: no lock is taken and none is waited for.
 */
export const LVM_SCRIPT = `
LVM_SUPPRESS_FD_WARNINGS=1
export LVM_SUPPRESS_FD_WARNINGS

watch_lvm() {
  [ -e "/etc/lvm/backup/$1" ] && seen=b
  [ /etc/lvm/backup -nt "$stamp" ] && seen=\${seen}n
  rest=$3,
  while [ -n "$rest" ]; do
    [ -b "/dev/disk/by-id/lvm-pv-uuid-\${rest%%,*}" ] && seen=\${seen}1 || seen=\${seen}0
    rest=\${rest#*,}
  done
  [ -w "$5" ] && seen=\${seen}i
  [ -w "$6" ] && seen=\${seen}s
}

# The devices of the PVs with these UUIDs, in $devices, by the one name that follows a disk whatever it is called now.
lvm_devices() {
  devices= rest=$1,
  while [ -n "$rest" ]; do
    uuid=\${rest%%,*} rest=\${rest#*,}
    device=/dev/disk/by-id/lvm-pv-uuid-$uuid
    if [ -b "$device" ]; then devices=\${devices:+$devices,}$device; else echo "absent $uuid"; fi
  done
  [ -n "$devices" ]
}

# Whether a PV among these UUIDs has a device here that was not looked at.
lvm_missed() {
  rest=$1,
  while [ -n "$rest" ]; do
    device=/dev/disk/by-id/lvm-pv-uuid-\${rest%%,*} rest=\${rest#*,}
    case ,$devices, in *",$device,"*) ;; *) [ -b "$device" ] && return 0 ;; esac
  done
  return 1
}

# Every PV of the node but those inside of drives: guests make VGs as well.
lvm_all_devices() {
  devices=
  for device in /dev/disk/by-id/lvm-pv-uuid-*; do
    [ -b "$device" ] || continue
    name=$(readlink -f -- "$device") holder=
    name=\${name##*/}
    [ -e "/sys/class/block/$name/dm/uuid" ] && read -r holder <"/sys/class/block/$name/dm/uuid"
    case $holder in LVM-*) continue ;; esac
    devices=\${devices:+$devices,}$device
  done
}

# Asks for the VGs on $devices, by way of $2. Sets found, name, uuids, seq and missing of the one with UUID $1.
lvm_look() {
  found= name= uuids= seq= missing=
  $2 vgs --readonly --devices "$devices" --reportformat json --units b --nosuffix -o "$lvm_fields" \\
    >"$own.vgs" 2>"$own.vgs-err"
  code=$?
  echo "look $code $devices"
  while read -r line; do
    case $line in '{"vg_name"'*) ;; *) continue ;; esac
    printf 'vg %s\\n' "$line"
    case $line in *'"vg_uuid":"'"$1"'"'*) ;; *) continue ;; esac
    found=1
    name=\${line#*'"vg_name":"'}
    name=\${name%%'"'*}
    uuid=\${line#*'"pv_uuid":"'}
    uuids=\${uuids:+$uuids,}\${uuid%%'"'*}
    seq=\${line#*'"vg_seqno":"'}
    seq=\${seq%%'"'*}
    case $line in *'"pv_missing":""'*) ;; *) missing=1 ;; esac
  done <"$own.vgs"
  while read -r line; do printf 'err %s\\n' "$line"; done <"$own.vgs-err"
}

# The maps of the VG with the devices they lie on, and whether something holds them open.
lvm_maps() {
  good=1
  # Without the device mapper nothing can be mapped.
  [ -d /sys/module/dm_mod ] || { echo mapped; return 0; }
  dmsetup info -c --noheadings --separator ' ' -o uuid,name,open,devnos_used 2>/dev/null >"$own.maps" || return 0
  while read -r uuid name open used; do
    case $uuid in "LVM-$1"*) ;; *) continue ;; esac
    printf 'map %s %s %s %s\\n' "$name" "$open" "$used" "\${uuid#"LVM-$1"}"
    # By hand: a subshell would be a process for each LV.
    rest=$used,
    while [ -n "$rest" ]; do
      number=\${rest%%,*} rest=\${rest#*,}
      [ -z "$number" ] || [ -e "/sys/dev/block/$number" ] || { good=; echo "stale $name $number"; }
    done
  done <"$own.maps"
  echo mapped
}

# Reads data of each PV past the page cache.
lvm_prove() {
  due "$own.proved" 60 || return 0
  : >"$own.proved"
  rest=$uuids,
  while [ -n "$rest" ]; do
    uuid=\${rest%%,*} rest=\${rest#*,}
    device=/dev/disk/by-id/lvm-pv-uuid-$uuid
    if [ ! -b "$device" ]; then good=; continue; fi
    if said=$(dd if="$device" of=/dev/null bs=4096 skip=256 count=1 iflag=direct status=none 2>&1); then
      echo "read $uuid ok"
    else
      good=
      printf 'read %s failed %s\\n' "$uuid" "$said"
    fi
  done
  [ -n "$good" ] && echo "$clock" >"$own.proved"
}

lvm_volumes() {
  old=
  [ -e "$own.seq" ] && read -r old <"$own.seq"
  if [ "$old" != "$seq" ]; then
    lvs --readonly --devices "$devices" --reportformat json --units b --nosuffix -S "vg_uuid=$1" \\
      -o lv_name,lv_uuid,lv_size,lv_tags,lv_health_status >"$own.lvs" 2>/dev/null && echo "$seq" >"$own.seq"
  fi
  [ -s "$own.lvs" ] && cat "$own.lvs" && echo listed
}

# $1 name, $2 UUID, $3 UUIDs of the PVs at join, $4 the UUID without dashes, as maps carry it, $5 images, $6 OS
check_lvm() {
  lvm_fields=vg_name,vg_uuid,vg_attr,vg_size,vg_free,vg_extent_size,vg_extent_count,vg_free_count,vg_missing_pv_count
  lvm_fields=$lvm_fields,vg_seqno,vg_mda_size,vg_mda_free,vg_tags,pv_uuid,pv_name,pv_size,pv_free,pv_missing
  known=$3 found= seen=
  [ -e "$own.pvs" ] && read -r known <"$own.pvs" && seen=1
  lvm_devices "$known" && lvm_look "$2" ""
  if [ -n "$found" ]; then
    # The metadata names every PV, also those that were added since.
    echo "$uuids" >"$own.pvs"
    lvm_missed "$uuids" && lvm_devices "$uuids" && lvm_look "$2" ""
  fi
  if [ -z "$found" ]; then
    : >"$own.proved"
    # The PVs that a check has seen are gone, all of them: no other can have become theirs in between.
    [ -n "$seen" ] && [ -z "$devices" ] && return 5
    lvm_all_devices
    [ -n "$devices" ] && lvm_look "$2" "timeout -k 1 5"
    [ -n "$found" ] || return 5
    echo "$uuids" >"$own.pvs"
  fi
  [ "$name" = "$1" ] || return 5
  look_dirs "image=$5" "share=$6"
  # A missing PV says enough; what lies on the others is proven once it is back.
  lvm_maps "$4"
  if [ -n "$missing" ]; then : >"$own.proved"; lvm_volumes "$2"; return 1; fi
  lvm_prove
  lvm_volumes "$2"
  return 0
}
`;
