/** The life of clusters and storages after they were made: rules, refusals, plans and pages; ICU message syntax. */
export const life = {
  gone: "This storage is no longer here.",
  obstacle: {
    "disable-main":
      "{storage} is the main storage: drives go there unless another is chosen. Make another one main first.",
    "main-disabled": "{storage} takes no new drives. Switch it on first.",
    "remove-main": "{storage} is the main storage. Make another one main first.",
    "remove-drives":
      "{count, plural, one {1 drive is} other {# drives are}} on {storage}. Delete {count, plural, one {it} other {them}} first.",
    busy: "A task works on {storage}: {task}.",
  },
  "obstacle-hint": "Wait until it has ended, or cancel it.",
  disabled: "no new drives",
  disabledText: "It takes no new drives. The drives on it, and everything else, go on as before.",
  enable: "Take new drives again",
  enabling: "Switching on",
  disable: "Take no new drives",
  disableAsk: "New drives are refused on this storage. The drives on it, and everything else, go on as before.",
  disableConfirm: "Switch it off for new drives",
  recheckOne: "Recheck {storage} on {node}",
  recheckAll: "Recheck on every node",
  notFollowed: "No node of this storage is followed by this panel now.",
  edit: {
    open: "Edit",
    title: "Edit {storage}",
    below: "Nothing is written on any node.",
    name: "Name",
    nameHelp: "What people call it; unique in the cluster.",
    kind: "Type",
    kindFixed:
      "The type of a storage is what it is made of: it can’t be changed. Add another storage and move drives there.",
    fieldFixed:
      "Every node holds drives under this name, so it can’t be changed. Add another storage and move drives there.",
    dirFixed: "The cluster’s, the same for all its storages and fixed since it was made.",
    save: "Save",
    saving: "Saving",
    same: "Nothing has been changed yet",
  },
} as const;
