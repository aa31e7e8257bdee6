/** The File storage; ICU message syntax. */
export const file = {
  found: {
    there: "{path} is there.",
    missing: "{path} is not there yet; the join makes it.",
    link: "{path} is a symbolic link, not a directory.",
    other: "{path} is not a directory.",
    partition: "On {source}, mounted on {target}: {size}, {free} free",
  },
  "vm-dir": "VM directory",
  "vm-dir-help": "Drives are files in it. The same path on every node; it is made where it is missing.",
  row: { space: "Capacity", contents: "What is in it" },
  space: {
    figures: "{free} of {size} free on {source}.",
    unknown: "The size of the partition could not be read.",
    "unknown-advice": "Run df on the machine and see whether it answers.",
    "little-advice": "There is hardly room for a drive.",
  },
  contents: {
    empty: "Nothing else.",
    marked: "The mark of this storage.",
    "not-empty": "{entries, plural, one {1 file or directory} other {# files and directories}} of somebody else.",
    "not-empty-advice": "They stay as they are. Make sure that nobody else keeps drives there.",
    "odd-mark": "A file .spindle that is no panel’s mark.",
    "odd-mark-advice": "Move it away, or choose another directory.",
    "other-storage": "The mark of another storage of this panel ({storage}).",
    "other-storage-advice": "Choose another directory. If that storage is gone, remove {path}/.spindle.",
    "other-panel": "The mark of another panel ({panel}).",
    "other-panel-advice": "Choose another directory. If that panel is gone, remove {path}/.spindle.",
  },
  step: {
    mark: "Mark the directory as this storage’s ({path})",
    unmark: "Take the mark {path} away",
  },
  note: {
    "other-partition": "{path} is on another partition ({source}) than {vm}: their space is shown apart.",
    preview: "{path} is made where it is missing. A file in it says whose it is.",
  },
} as const;
