/** Sentences of the search; ICU message syntax. */
export const search = {
  open: "Search or run",
  label: "Search clusters, nodes, storages, drives, tasks, pages and actions",
  placeholder: "A name, an address, or what you want to do",
  results: "Results",
  group: {
    action: "Actions",
    page: "Pages",
    cluster: "Clusters",
    node: "Nodes",
    storage: "Storages",
    drive: "Drives",
    task: "Tasks",
  },
  count: "{count, plural, =0 {Nothing found} one {1 result} other {# results}}",
  none: "Nothing is called so.",
  newCluster: "New cluster",
  addNodes: "Add nodes to {cluster}",
  opening: "Opening",
  hint: "↑ ↓ to choose, Enter to open, Esc to close",
} as const;
