import type { Instance } from "./instance.ts";
import { signal } from "./processes.ts";
import {
  type Account,
  type SanRecord,
  type TargetRecord,
  addAddress,
  addPortalAddresses,
  bindAccount,
  dropAccount,
  dropAddress,
  findSan,
  hideLun,
  portalAddresses,
  showLun,
  startSan,
  stopSan,
} from "./san.ts";

/** Something that can go wrong with the SAN, and its way back. Both resolve when it is in the new state. */
export type SanFault = {
  what: string;
  break(instance: Instance, record: SanRecord): Promise<void>;
  /** Does nothing where nothing is broken. */
  mend(instance: Instance, record: SanRecord): Promise<void>;
};

/** The secret that a changed account has. */
const changed = ({ user }: Account): Account => ({ user, password: "another-one" });

async function eachAccount(
  instance: Instance,
  { targets }: SanRecord,
  to: (account: Account) => Account,
): Promise<void> {
  const bound: [TargetRecord, Account | null, boolean][] = targets.flatMap((target) => [
    [target, target.chap, false],
    [target, target.reverse, true],
  ]);
  for (const [target, account, isOutgoing] of bound) {
    if (!account) continue;
    await dropAccount(instance, account);
    await bindAccount(instance, target, to(account), isOutgoing);
  }
}

async function eachLun(instance: Instance, { targets }: SanRecord, work: typeof hideLun): Promise<void> {
  for (const target of targets)
    for (const lun of target.luns)
      await work(instance, target, lun).catch((error: Error) => {
        // Done already.
        if (!/logical unit number already exists|can't find the logical unit/.test(error.message)) throw error;
      });
}

/** All faults of the SAN by name. */
export const sanFaults: Readonly<Record<string, SanFault>> = {
  "portal-gone": {
    what: "the second portal is silent: its address is gone",
    break: (instance) => dropAddress(instance, portalAddresses(instance)[1]),
    mend: (instance) => addAddress(instance, portalAddresses(instance)[1]),
  },
  "portals-gone": {
    what: "both portals are silent: connections meet no answer at all",
    break: async (instance) => {
      for (const address of portalAddresses(instance)) await dropAddress(instance, address);
    },
    mend: addPortalAddresses,
  },
  "target-frozen": {
    what: "the target stands still: it takes connections and answers nothing",
    break: async (instance) => {
      for (const process of await findSan(instance)) signal(process, "SIGSTOP");
    },
    mend: async (instance) => {
      for (const process of await findSan(instance)) signal(process, "SIGCONT");
    },
  },
  "target-gone": {
    what: "the target is killed: connections are reset, new ones refused; mended, it is there as before",
    break: (instance) => stopSan(instance),
    mend: async (instance, record) => {
      if ((await findSan(instance)).length === 0) await startSan(instance, record);
    },
  },
  "lun-gone": {
    what: "the target shows no LUN any more; the sessions stay",
    break: (instance, record) => eachLun(instance, record, hideLun),
    mend: (instance, record) => eachLun(instance, record, showLun),
  },
  "chap-changed": {
    what: "every account has another secret; sessions that are up stay up",
    break: (instance, record) => eachAccount(instance, record, changed),
    mend: (instance, record) => eachAccount(instance, record, (account) => account),
  },
};

/** The names that the SAN's break and mend take. */
export const sanFaultNames: readonly string[] = Object.keys(sanFaults);

/** The fault of that name. Throws on an unknown one. */
export function sanFault(name: string): SanFault {
  const fault = Object.hasOwn(sanFaults, name) ? sanFaults[name] : undefined;
  if (!fault) throw new Error(`no fault ${name} of the SAN; there are ${sanFaultNames.join(", ")}`);
  return fault;
}
