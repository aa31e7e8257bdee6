/** Sentences of this area; ICU message syntax. */
export const live = {
  node: {
    starting: "The panel has just started and has not heard from it yet.",
    silent: "It says nothing any more; the panel is looking whether it still answers.",
    stopping: "The panel stops following it.",
    internal: "The panel can't follow it because of an error of its own; the log has the details.",
    "main-lost": "It has lost the main storage {storage}.",
    "main-unchecked": "The main storage {storage} is being checked.",
    "main-late": "The check of the main storage {storage} does not finish.",
    "refused-superseded": "Another panel follows {address} under the same identity and has taken over.",
    "refused-start": "{address} answers, but its status can't be read: /run takes no files there.",
    "probe-failed": "{address} answers, but the panel''s probe does not run there: {output}",
    flood: "{address} sends more than a status can be; the panel stopped listening and tries again.",
    line: "{address} sends a line without an end; the panel stopped listening and tries again.",
  },
  warning: {
    lost: "The storage {storage} is lost.",
    late: "The check of the storage {storage} does not finish.",
    "read-only": "The storage {storage} is read-only.",
    full: "The storage {storage} is full.",
    degraded: "The storage {storage} is degraded.",
  },
  disk: {
    failing: "The disk {disk} says of itself that it is failing.",
    pending:
      "The disk {disk} has {value, plural, one {1 sector} other {# sectors}} that could not be read and {value, plural, one {waits} other {wait}} to be replaced.",
    mediaErrors:
      "The disk {disk} could not give back data {value, plural, one {once} other {# times}}, by its own count of media errors.",
    reallocated:
      "The disk {disk} has replaced {value, plural, one {1 bad sector} other {# bad sectors}} by spare ones.",
    wear: "The disk {disk} has used {percent} of the life it was rated for.",
  },
  dir: {
    missing: "The directory {path} is missing.",
    other: "{path} is not a directory.",
    link: "{path} is a symbolic link, not a directory.",
    "other-file-system": "{path} lies on another file system than when the node joined.",
    "read-only": "{path} can''t be written.",
  },
  file: {
    late: "The check of {path} does not finish.",
    broken: "The check of {path} ended without a result.",
    "no-marker": "The mark of this storage is missing in {path}: its content is not what it was.",
    "other-marker": "{path} carries the mark of another storage.",
    "write-failed": "Writing to {path} fails.",
    full: "{path} is full.",
  },
  "network-lvm": {
    "logged-out": "The node has no session to {target}.",
    "target-lost": "No session to {target} is up.",
    "lun-gone": "The LUN {wwid} is not reached on any path.",
    "no-multipath": "multipath does not have the LUN {wwid}.",
    suspended: "The device of the LUN {wwid} stands still.",
    "portal-lost":
      "{count, plural, one {A portal is} other {# portals are}} lost: {portals}. The LUN is reached by the others.",
    "path-lost": "Not every path to the LUN works: {paths}.",
    "same-sectors":
      "Alarm: two nodes have different volumes on the same sectors of the LUN ({maps}). Whatever writes on one destroys the other: stop the guests on both, and take the stale map off with dmsetup remove.",
    "open-twice": "Alarm: {maps} is open on more than one node. Two writers destroy its data: stop all but one.",
  },
  lvm: {
    late: "The check of the volume group {vg} does not finish.",
    "pvs-gone": "The disks of the volume group {vg} are gone.",
    "vg-gone": "The volume group {vg} is gone.",
    "other-vg": "There is a volume group {vg}, but it is another one: its UUID is {found}, not {uuid}.",
    renamed: "The volume group {vg} is called {found} now.",
    exported: "The volume group {vg} is exported.",
    unreadable: "The physical volume {pv} of {vg} can''t be read.",
    partial:
      "{count, plural, one {A physical volume} other {# physical volumes}} of {vg} {count, plural, one {is} other {are}} missing: {pvs}.",
    "stale-maps":
      "{count, plural, one {A logical volume} other {# logical volumes}} of {vg} still {count, plural, one {lies} other {lie}} on a disk that is gone: {maps}. They work again after lvchange --refresh {vg}.",
    "read-only": "The volume group {vg} is read-only.",
  },
  recheck: {
    "not-followed": "This node is not followed: it is no member, or the panel is starting.",
  },
} as const;
