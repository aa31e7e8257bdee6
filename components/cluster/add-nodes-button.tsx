/** Opens the join form of a cluster. */
export function AddNodesButton(_props: { clusterId: string }) {
  return null;
}
