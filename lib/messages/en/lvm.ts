/** The LVM storage; ICU message syntax. */
export const lvm = {
  found: {
    "no-tools": "lvm2 is not installed there, so its volume groups can''t be read yet; the join installs it.",
    none: "It has no volume group.",
    group: "Volume group {name}: {size}, {free} free",
  },
  "vg-name": "Volume group for VMs",
  "vg-name-help": "The volume group of this name on each node. It has to be there before the node joins.",
  row: { group: "Volume group", state: "State", space: "Space", owner: "No other owner" },
  choice: {
    pick: "Use {uuid}: {size} on {pvs}, {count, plural, =0 {no volumes} one {1 volume} other {# volumes}}",
    rename: "Rename {found} to {vg}",
  },
  group: {
    found: "{vg} is there ({uuid}).",
    picked: "Of {count} groups called {vg}, {uuid} was chosen.",
    several: "{count} groups are called {vg}.",
    "several-advice": "Choose one; it is known by its UUID from then on.",
    none: "There is no volume group on this node.",
    "none-advice": "Make one on an unused disk, such as: vgcreate --metadatasize 16m {vg} /dev/DISK. Then look again.",
    others: "There is no volume group {vg}. Found: {list}",
    "others-advice":
      "Several groups have other names, so none is taken for it. Name one of them in the storage’s form, or rename one on the node.",
    other: "There is no volume group {vg}. Found: {list}",
    "other-advice": "It can’t be renamed.",
    "other-renamable": "There is no volume group {vg}. Found: {list}",
    "other-renamable-advice": "It is the only one, and nothing of it is in use: it can be renamed.",
    renamed: "{found} ({uuid}) will be renamed to {vg}.",
    "renamed-advice":
      "The panel found no use of the old name. Scripts of your own that name {found} have to be changed.",
    "no-tools": "lvm2 is not installed, so the volume groups on {devices} can’t be read.",
    "no-tools-advice": "Install lvm2 on the machine and look again.",
    unreadable: "The volume groups could not be read.",
    "unreadable-advice": "See what LVM says, mend it on the machine, and look again.",
  },
  rename: {
    partial: "{vg} can’t be renamed: one of its disks is missing.",
    duplicate: "{vg} can’t be renamed: one of its disks is seen twice.",
    exported: "{vg} can’t be renamed: it is exported.",
    shared: "{vg} can’t be renamed: it is shared between machines.",
    "system-id": "{vg} can’t be renamed: it belongs to another system.",
    "read-only": "{vg} can’t be renamed: it is read-only.",
    open: "{vg} can’t be renamed: {count, plural, one {a volume of it is} other {# of its volumes are}} in use ({volumes}).",
    named: "{vg} can’t be renamed: it is named in {place}: {line}",
    "name-in-dev": "{vg} can’t be renamed: /dev/{wanted} is something else already.",
  },
  state: {
    whole: "Complete: {count, plural, one {1 physical volume} other {# physical volumes}}, {pvs}",
    partial: "{vg} is partial: {missing, plural, one {1 physical volume is} other {# physical volumes are}} missing.",
    "partial-advice": "Bring the disk back, or take it out with vgreduce --removemissing, and look again.",
    duplicate: "A physical volume of {vg} is seen twice: two disks carry the same UUID.",
    "duplicate-advice":
      "One is a copy, or a second path to the same disk. Take the copy away, or set up multipath, and look again.",
    exported: "{vg} is exported.",
    "exported-advice": "Import it with vgimport {vg} if it belongs to this machine, and look again.",
    shared: "{vg} is shared between machines (lock type {lock}).",
    "shared-advice": "A storage of this type is for one node’s own disks.",
    "system-id": "{vg} belongs to another system ({system}).",
    "system-id-advice": "If its disks are here for good, take it over with vgchange --systemid, and look again.",
    "read-only": "{vg} is read-only.",
    "read-only-advice": "Make it writable with vgchange --permission rw {vg}, and look again.",
  },
  space: {
    figures: "{free} of {size} free; metadata: {metadata} of {metadataSize} free.",
    "full-advice": "Nothing is left for drives. Add a physical volume with vgextend.",
    "metadata-advice":
      "Only {metadata} is left for metadata: soon no further volume can be made, whatever space is free.",
  },
  owner: {
    nobody: "It carries no panel’s mark.",
    ours: "It carries this storage’s mark.",
    volumes:
      "{count, plural, one {1 logical volume is} other {# logical volumes are}} in it that the panel did not make.",
    "volumes-advice": "They stay as they are, and take their space.",
    "other-storage": "It is another storage’s of this panel ({tags}).",
    "other-storage-advice": "Choose another group. If that storage is gone, take the tags off with vgchange --deltag.",
    "other-panel": "It is another panel’s ({tags}).",
    "other-panel-advice": "Choose another group. If that panel is gone, take the tags off with vgchange --deltag.",
  },
  step: {
    rename: "Rename the volume group {from} to {to}",
    tag: "Mark the volume group {vg} as this storage’s",
    untag: "Take the marks off {vg}",
  },
  note: {
    preview: "{vg} has to be there on each node; it is looked for by name and known by its UUID from then on.",
  },
} as const;
