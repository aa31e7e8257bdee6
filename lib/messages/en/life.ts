/** The life of clusters and storages after they were made: rules, refusals, plans and pages; ICU message syntax. */
export const life = {
  gone: "This storage is no longer here.",
  obstacle: {
    "disable-main": "{storage} is the main storage. Make another one main first.",
    "main-disabled": "{storage} takes no new drives. Switch it on first.",
    "remove-main": "{storage} is the main storage. Make another one main first.",
    "remove-drives":
      "{count, plural, one {1 drive is} other {# drives are}} on {storage}. Delete {count, plural, one {it} other {them}} first.",
    "cluster-tasks":
      "{count, plural, one {1 task is} other {# tasks are}} at work in {cluster}. Wait until {count, plural, one {it has} other {they have}} ended, or cancel {count, plural, one {it} other {them}}.",
    "cluster-not-empty":
      "Something has come to {cluster} meanwhile: {nodes, plural, one {1 node} other {# nodes}}, {drives, plural, one {1 drive} other {# drives}}. The cluster stays.",
    "cluster-leaves": "{cluster} is being deleted.",
    "cluster-drives":
      "{count, plural, one {1 drive is} other {# drives are}} in {cluster}. Delete {count, plural, one {it} other {them}} first.",
    unreachable: "{node} can’t be reached.",
    unknown: "How {storage} is on {node} is not known now.",
    lost: "{storage} is lost on {node}.",
    "read-only": "{storage} takes no writes on {node}.",
    left: "{storage} can’t be taken off {node} now, so its marks would stay there.",
    marks:
      "The panel’s marks can’t be taken off {storage} itself now. They would stay there: whoever wants to use it again has to take them off first.",
    members: "A node has joined or left {cluster} meanwhile, so the storage would not be on every node.",
    busy: "A task works on {storage}: {task}.",
  },
  maps: {
    stands:
      "{node} can’t show what it has mapped of {storages}: what is freed there later, it could write over. Power it off first; that it is has to be typed.",
    stated:
      "It was stated that {node} is powered off: nobody asks it any more before space of {storages} is given to others. Before it is started again, take it off the storage network.",
    "is-off": "{node} is powered off",
    "are-off": "{nodes} are powered off",
    "so-many-off": "{count} nodes are powered off",
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
  plan: {
    add: "Add {storageCount, plural, one {the storage {storages}} other {the storages {storages}}} to {name}",
    remove: "Remove the storage {storage} from {cluster}",
    "remove-cluster": "Delete the cluster {cluster}",
  },
  step: {
    add: "Write the new storages of {name} into the panel’s database",
    "begin-removal": "Keep new drives away from {storage}",
    "end-removal-begun": "Let {storage} be as it was before",
    remove: "Take {storage} out of the panel’s database",
    "remove-none": "It is the last step: nothing can fail after it.",
    "remove-cluster": "Take the cluster {cluster} with its storages out of the panel’s database",
  },
  note: {
    stays: "On {node} {count, plural, one {1 step is} other {# steps are}} not run: what the panel made there stays.",
    volumes:
      "{count, plural, one {1 volume} other {# volumes}} on {node} that {count, plural, one {is} other {are}} no drive of the panel {count, plural, one {stays} other {stay}} as {count, plural, one {it is} other {they are}}.",
    history: "Measurements and thresholds are deleted as well. Tasks and audit rows stay.",
  },
  removal: {
    open: "Remove",
    title: "Remove {storage}",
    below: "It leaves the cluster. Its volume group or directory stays on each node, without the panel’s marks.",
    confirm: "Remove the storage",
    left: "What would stay",
    leftMore: "{count, plural, one {On 1 more node} other {On # more nodes}} something stays as well.",
    leftText:
      "These nodes can’t be asked now. Wait until they can, or remove the storage all the same: then this stays there, and can be run by hand.",
    force: "Remove it although this stays",
    clusterTitle: "Delete {cluster}",
    clusterBelow:
      "Every node loses the panel’s marks and key; then the cluster is forgotten, with its nodes and storages. What lies on the nodes stays there.",
    clusterLeftText:
      "This can’t be taken off these nodes now. Wait until it can, or delete the cluster all the same: then it stays there, and can be run by hand.",
    clusterForce: "Delete it although this stays",
    clusterConfirm: "Delete the cluster",
    clusterOpen: "Delete",
  },
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
