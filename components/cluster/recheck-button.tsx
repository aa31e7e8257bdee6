/** Asks the node to check its storages now. */
export function RecheckButton(_props: { nodeId: string }) {
  return null;
}
