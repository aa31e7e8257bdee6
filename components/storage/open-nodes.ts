/** Up to so many nodes, a storage's page opens what each of them reported from the start. */
export const OPEN_NODES = 4;
