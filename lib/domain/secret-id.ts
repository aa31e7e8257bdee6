/** Whether a value is the id of a secret's row: what configs hold in a secret's place. */
export const isSecretId = (value: string): boolean => /^se_[0-9a-z]{16}$/.test(value);
