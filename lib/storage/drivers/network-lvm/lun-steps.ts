import { createHash } from "node:crypto";
import type { Check, Command, Failure, NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { Ownership } from "../../contract.ts";
import { REFUSAL } from "../../drive-marks.ts";
import { type NewPv, pvUuidFor } from "../../lvm/pv-steps.ts";
import { chapSecretsOf, type IscsiTarget, portalsOf } from "./config.ts";
import { EDGE_BYTES } from "./contents.ts";
import type { PlacedLun } from "./identity.ts";
import { PROVE_BLANK, WAIT_FOR_LUN } from "./lun-script.ts";
import { MARKS_DIR } from "./mark.ts";
import { type Place, suffixOf, targetSuffix } from "./place.ts";
import { type Portal, portalArgument, portalText } from "./portals.ts";
import { DELETE_RECORD, HAS_OWN_RECORD, IS_RECORDED, WRITE_RECORD } from "./record-script.ts";
import { HAS_LUN, RESCAN_LUN, SCAN_LUN } from "./scan-script.ts";
import {
  ALL_LOGGED_IN,
  DROP_LUN,
  LOG_IN,
  LOG_OUT,
  LOG_OUT_MS,
  NO_LUN,
  NO_SESSION,
  UNUSED_LUN,
} from "./session-script.ts";
import { kernelWwid, lunLink } from "./wwid.ts";

const CHECK_MS = 60_000;
/** Portals that are gone take as long as their logins are tried. */
const LOGIN_MS = 300_000;
const LUN_SECONDS = 60;

/**
 * Seconds: of a ping's turn and its answer, so that a portal that is gone is known within four; for how long the session then
 * keeps what is on its way, before multipath gets it for another portal; of a login, and how often it is tried, so that a
 * dead portal delays a boot by thirty seconds at the most.
 */
const SETTINGS = [
  ["node.startup", "automatic"],
  ["node.conn[0].startup", "automatic"],
  ["node.conn[0].timeo.noop_out_interval", "1"],
  ["node.conn[0].timeo.noop_out_timeout", "3"],
  ["node.session.timeo.replacement_timeout", "5"],
  ["node.conn[0].timeo.login_timeout", "10"],
  ["node.session.initial_login_retry_max", "2"],
].map((setting) => setting.join(" = "));

const shell = (script: string, ...words: string[]): string[] => ["sh", "-c", script, "spindle", ...words];

const markStart = ({ panelId }: Ownership) => `# spindle ${panelId} `;

/** What a record's mark says: whose it is, and what it was written from, secrets by their ids. */
function recordMark(owner: Ownership, san: IscsiTarget): string {
  const { chapUser, reverseUser } = san;
  const from = JSON.stringify([chapUser, reverseUser, chapSecretsOf(san), SETTINGS]);
  return markStart(owner) + createHash("sha256").update(from).digest("hex").slice(0, 16);
}

function writeRecordCommand({ owner }: Place, san: IscsiTarget, { address, port }: Portal): Command {
  const { target, chapUser, reverseUser } = san;
  const portal = portalArgument({ address, port });
  const words = [target, address, String(port), portal, recordMark(owner, san), chapUser, reverseUser, ...SETTINGS];
  const secrets = chapSecretsOf(san).map((secret) => ({ secret }));
  return {
    argv: shell(WRITE_RECORD, ...words),
    ...(secrets.length > 0 ? { stdin: secrets } : {}),
    timeoutMs: CHECK_MS,
  };
}

function recordWords({ owner }: Place, { target }: IscsiTarget, { address, port }: Portal): string[] {
  const portal = [address, String(port), portalArgument({ address, port })];
  return [target, ...portal, markStart(owner), MARKS_DIR, owner.storageId];
}

const deleteRecordCommand = (place: Place, san: IscsiTarget, portal: Portal): Command => ({
  argv: shell(DELETE_RECORD, ...recordWords(place, san, portal)),
  timeoutMs: CHECK_MS,
});

const isRecorded = ({ owner }: Place, san: IscsiTarget, { address, port }: Portal): Check => ({
  command: { argv: shell(IS_RECORDED, san.target, address, String(port), recordMark(owner, san)) },
});

/** Whether there is a record that the panel may delete; 1 where there is none. */
const hasOwnRecord = (place: Place, san: IscsiTarget, portal: Portal): Check => ({
  command: { argv: shell(HAS_OWN_RECORD, ...recordWords(place, san, portal)), timeoutMs: CHECK_MS },
});

/** A record of each of a target's portals: what the node logs in by, now and at each boot. */
export function recordSteps(place: Place, san: IscsiTarget): NodeStep[] {
  const suffix = targetSuffix(place, san);
  return portalsOf(san).map((portal, index): NodeStep => {
    const values = { portal: portalText(portal), target: san.target };
    return {
      ...{ kind: "node", id: `record-${index + 1}${suffix}`, target: place.target },
      title: text("network-lvm.step.record", values),
      command: writeRecordCommand(place, san, portal),
      alreadyDone: isRecorded(place, san, portal),
      undo: { title: text("network-lvm.step.unrecord", values), command: deleteRecordCommand(place, san, portal) },
    };
  });
}

export function unrecordSteps(place: Place, san: IscsiTarget): NodeStep[] {
  const suffix = targetSuffix(place, san);
  return portalsOf(san).map((portal, index): NodeStep => {
    const values = { portal: portalText(portal), target: san.target };
    return {
      ...{ kind: "node", id: `unrecord-${index + 1}${suffix}`, target: place.target },
      title: text("network-lvm.step.unrecord", values),
      command: deleteRecordCommand(place, san, portal),
      alreadyDone: { ...hasOwnRecord(place, san, portal), code: 1 },
      undo: { title: text("network-lvm.step.record", values), command: writeRecordCommand(place, san, portal) },
    };
  });
}

const logInCommand = (san: IscsiTarget): Command => ({
  argv: shell(
    LOG_IN,
    san.target,
    ...portalsOf(san).flatMap((portal) => [portal.address, String(portal.port), portalArgument(portal)]),
  ),
  timeoutMs: LOGIN_MS,
});

/** LUNs as scripts take several of them; for none a name that no LUN has, since disks without one have an empty one. */
const severalWords = (wwids: readonly string[]) =>
  wwids.length === 0 ? ["0", "0"] : [wwids.join(), wwids.map(kernelWwid).join()];

const logOutCommand = (san: IscsiTarget, wwids: readonly string[]): Command => ({
  argv: shell(LOG_OUT, san.target, ...severalWords(wwids), ...portalsOf(san).map(portalArgument)),
  timeoutMs: LOG_OUT_MS,
});

const areUnused = (wwids: readonly string[]): Check => ({
  command: { argv: shell(UNUSED_LUN, ...severalWords(wwids)) },
});

/** What iscsiadm prints for what an administrator can mend. */
function loginFailures(target: string): Failure[] {
  const printed = { "login-refused": "authorization failure", "target-unproven": "non-retryable iSCSI login failure" };
  return [...Object.entries(printed), ["in-use", `${REFUSAL}in-use`] as const].map(([key, match]) => ({
    match,
    message: text(`network-lvm.failed.${key}`, { target }),
    hint: text(`network-lvm.failed.${key}-hint`, { target }),
  }));
}

/** `wwids`: LUNs that go again with the sessions. */
export function logInStep(place: Place, san: IscsiTarget, wwids: readonly string[]): NodeStep {
  const id = `log-in${targetSuffix(place, san)}`;
  const values = { target: san.target };
  const portals = portalsOf(san).flatMap(({ address, port }) => [address, String(port)]);
  return {
    ...{ kind: "node", id, target: place.target, title: text("network-lvm.step.log-in", values) },
    command: logInCommand(san),
    alreadyDone: { command: { argv: shell(ALL_LOGGED_IN, san.target, ...portals) } },
    failures: loginFailures(san.target),
    undo: {
      title: text("network-lvm.step.log-out", values),
      command: logOutCommand(san, wwids),
      proof: areUnused(wwids),
    },
  };
}

export function logOutStep(place: Place, san: IscsiTarget, wwids: readonly string[]): NodeStep {
  const id = `log-out${targetSuffix(place, san)}`;
  const values = { target: san.target };
  return {
    ...{ kind: "node", id, target: place.target, title: text("network-lvm.step.log-out", values) },
    command: logOutCommand(san, wwids),
    alreadyDone: { command: { argv: shell(NO_SESSION, san.target, ...severalWords(wwids)) } },
    precondition: areUnused(wwids),
    failures: loginFailures(san.target),
    undo: { title: text("network-lvm.step.log-in", values), command: logInCommand(san) },
  };
}

const LUN_REFUSALS = ["lun-gone", "no-multipath", "lun-suspended", "other-size", "lun-used", "path-down"];

function lunFailures(wwid: string): Failure[] {
  return LUN_REFUSALS.map((word) => ({
    match: REFUSAL + word,
    message: text(`network-lvm.failed.${word}`, { wwid }),
    hint: text(`network-lvm.failed.${word}-hint`, { wwid }),
  }));
}

const lunWords = (wwid: string, size: number) => [wwid, kernelWwid(wwid), String(size)];

/** Waits for the LUN behind multipath. `size`: bytes, as the look found it. */
export function lunStep(place: Place, wwid: string, size: number): NodeStep {
  const { target } = place;
  return {
    ...{ kind: "node", id: `lun${suffixOf(place, wwid)}`, target, title: text("network-lvm.step.lun", { wwid }) },
    command: {
      argv: shell(WAIT_FOR_LUN, ...lunWords(wwid, size), String(LUN_SECONDS)),
      timeoutMs: LUN_SECONDS * 2_000 + CHECK_MS,
    },
    failures: lunFailures(wwid),
    isProof: true,
    undo: { none: text("network-lvm.step.lun-none") },
  };
}

const dropLunCommand = (wwid: string): Command => ({
  argv: shell(DROP_LUN, wwid, kernelWwid(wwid)),
  timeoutMs: LOGIN_MS,
});

const scanCommand = ({ target, wwid }: PlacedLun): Command => ({
  argv: shell(SCAN_LUN, target, wwid, kernelWwid(wwid)),
  timeoutMs: LOGIN_MS,
});

/** One more LUN on sessions that are there already. */
export function scanSteps(place: Place, lun: PlacedLun, size: number): NodeStep[] {
  const { target } = place;
  const { wwid } = lun;
  const values = { wwid };
  return [
    {
      ...{ kind: "node", id: `scan${suffixOf(place, wwid)}`, target, title: text("network-lvm.step.scan", values) },
      command: scanCommand(lun),
      alreadyDone: { command: { argv: shell(HAS_LUN, ...lunWords(wwid, size)) } },
      failures: lunFailures(wwid),
      undo: {
        title: text("network-lvm.step.drop", values),
        command: dropLunCommand(wwid),
        proof: areUnused([wwid]),
      },
    },
    lunStep(place, wwid, size),
  ];
}

/** Lets one of several LUNs go, on sessions that stay for the others. */
export function dropLunStep(place: Place, lun: PlacedLun): NodeStep {
  const { target } = place;
  const { wwid } = lun;
  const values = { wwid };
  return {
    ...{ kind: "node", id: `drop${suffixOf(place, wwid)}`, target, title: text("network-lvm.step.drop", values) },
    command: dropLunCommand(wwid),
    alreadyDone: { command: { argv: shell(NO_LUN, wwid, kernelWwid(wwid)) } },
    precondition: areUnused([wwid]),
    failures: loginFailures(lun.target),
    undo: { title: text("network-lvm.step.scan", values), command: scanCommand(lun) },
  };
}

/** Makes the node see how large the LUN is by now. */
export function rescanStep(place: Place, wwid: string, size: number): NodeStep {
  return {
    ...{ kind: "node", id: `rescan-${wwid}`, target: place.target },
    title: text("network-lvm.step.rescan", { wwid }),
    command: { argv: shell(RESCAN_LUN, ...lunWords(wwid, size)), timeoutMs: LOGIN_MS },
    alreadyDone: { command: { argv: shell(HAS_LUN, ...lunWords(wwid, size)) } },
    failures: lunFailures(wwid),
    undo: { none: text("network-lvm.step.rescan-none") },
  };
}

/** The LUN as the PV that it becomes: known by the same name, and the same UUID, on every node. */
export function lunPv({ owner }: Place, wwid: string, size: number): NewPv {
  const link = lunLink(wwid);
  return {
    link,
    uuid: pvUuidFor(owner.storageId, "", { link }),
    proof: { command: { argv: shell(PROVE_BLANK, ...lunWords(wwid, size)), timeoutMs: CHECK_MS } },
    failures: lunFailures(wwid),
    zeros: EDGE_BYTES,
  };
}
