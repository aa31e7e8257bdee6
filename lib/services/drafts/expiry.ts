/** How long a draft keeps a password, a key or a storage's secret. */
const CREDENTIAL_MS = 3_600_000;
export const credentialExpiry = () => new Date(Date.now() + CREDENTIAL_MS);
