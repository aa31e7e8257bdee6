import { z } from "zod";
import { volumeGroupName } from "../../../domain/names.ts";
import { secretField } from "../../secret-field.ts";
import { type Portal, portalsField, readPortals } from "./portals.ts";
import { WWID } from "./wwid.ts";

/** As RFC 7143 has names of each kind; longer ones than this are none (4.2.7.1). */
const TARGET =
  /^(?:iqn\.\d{4}-\d{2}\.[a-z0-9.-]+(?::[a-z0-9.:-]+)?|eui\.[0-9a-f]{16}|naa\.[0-9a-f]{16}(?:[0-9a-f]{16})?)$/;
const MOST_TARGET = 223;
/** What open-iscsi's record files can hold: no blanks, no quotes, no backslash. */
const CHAP_NAME = /^[A-Za-z0-9._:@-]{1,128}$/;
const chapName = z
  .string("network-lvm.field.chap-user")
  .refine((name) => name === "" || CHAP_NAME.test(name), "network-lvm.field.chap-user")
  .default("");

/** What a record file can hold in a line, and targets take. */
export const chapSecret = z.string().regex(/^[!#-&(-[\]-~]{1,255}$/);

/** Seconds that I/O waits for a target that is gone before it fails. */
const MOST_WAIT = 86_400;

/** What a login at a target needs. */
const TARGET_FIELDS = {
  portals: portalsField.meta({
    ...{ label: "network-lvm.portals", help: "network-lvm.portals-help", placeholder: "10.0.0.1, 10.0.0.2" },
    ...{ widget: "text", default: "" },
  }),
  target: z
    .string("network-lvm.field.target")
    .toLowerCase()
    .max(MOST_TARGET, "network-lvm.field.target")
    .regex(TARGET, "network-lvm.field.target")
    .meta({ label: "network-lvm.target", help: "network-lvm.target-help", widget: "text", default: "" }),
  chapUser: chapName.meta({ label: "network-lvm.chap-user", help: "network-lvm.chap-user-help", widget: "text" }),
  chapSecret: secretField("network-lvm.field.chap-secret").meta({
    ...{ label: "network-lvm.chap-secret", help: "network-lvm.chap-secret-help", widget: "secret" },
  }),
  reverseUser: chapName.meta({
    ...{ label: "network-lvm.reverse-user", help: "network-lvm.reverse-user-help", widget: "text" },
  }),
  reverseSecret: secretField("network-lvm.field.chap-secret").meta({
    ...{ label: "network-lvm.reverse-secret", help: "network-lvm.reverse-secret-help", widget: "secret" },
  }),
};

type Chap = Record<"chapUser" | "chapSecret" | "reverseUser" | "reverseSecret", string>;

/** What the fields of CHAP must be to each other. */
const withWholeChap = <S extends z.ZodType<Chap>>(schema: S): S =>
  schema
    .refine(({ chapUser, chapSecret }) => (chapUser === "") === (chapSecret === ""), {
      ...{ path: ["chapSecret"], message: "network-lvm.field.chap-both" },
    })
    .refine(({ reverseUser, reverseSecret }) => (reverseUser === "") === (reverseSecret === ""), {
      ...{ path: ["reverseSecret"], message: "network-lvm.field.chap-both" },
    })
    .refine(({ chapUser, reverseUser }) => reverseUser === "" || chapUser !== "", {
      ...{ path: ["chapUser"], message: "network-lvm.field.chap-reverse-alone" },
    });

/** A target that LUNs of a storage lie on. */
export const iscsiTarget = withWholeChap(z.strictObject(TARGET_FIELDS));
export type IscsiTarget = z.output<typeof iscsiTarget>;

/** Beside the form's own. Each costs logins wherever LUNs are looked at. */
const MOST_MORE_TARGETS = 15;

export const networkLvmConfig = withWholeChap(
  z.strictObject({
    ...TARGET_FIELDS,
    wwid: z
      .string("network-lvm.field.wwid")
      .toLowerCase()
      .regex(WWID, "network-lvm.field.wwid")
      .meta({ label: "network-lvm.wwid", help: "network-lvm.wwid-help", widget: "text", default: "" }),
    vgName: volumeGroupName
      .default("net0")
      .meta({ label: "network-lvm.vg-name", help: "network-lvm.vg-name-help", placeholder: "net0", widget: "text" }),
    waitSeconds: z
      .number("network-lvm.field.wait")
      .int("network-lvm.field.wait")
      .min(0, "network-lvm.field.wait")
      .max(MOST_WAIT, "network-lvm.field.wait")
      .default(120)
      .meta({ label: "network-lvm.wait", help: "network-lvm.wait-help", widget: "number" }),
    wipe: z
      .boolean("errors.field.invalid")
      .default(false)
      .meta({ label: "lvm.wipe", help: "lvm.wipe-help", widget: "switch", changeable: true }),
    /** What LUNs that it was given since lie on, beside the form's own target; left out where that is all of them. */
    targets: z.array(iscsiTarget).max(MOST_MORE_TARGETS, "network-lvm.field.targets").optional(),
  }),
).refine((config) => new Set(targetNames(config)).size === targetNames(config).length, {
  ...{ path: ["targets"], message: "network-lvm.field.target-twice" },
});
export type NetworkLvmConfig = z.output<typeof networkLvmConfig>;

/** As much of a form as a look needs: portals that can be asked, then a target, then a LUN. */
export function looksWith(typed: Record<string, unknown>): NetworkLvmConfig | null {
  const { shape } = networkLvmConfig;
  const portals = shape.portals.safeParse(typed.portals);
  if (!portals.success) return null;
  const valid = (field: keyof typeof shape, fallback: unknown) => {
    const parsed = shape[field].safeParse(typed[field]);
    return parsed.success ? parsed.data : fallback;
  };
  const fields = (Object.keys(shape) as (keyof typeof shape)[]).filter((field) => field !== "targets");
  const read = Object.fromEntries(fields.map((field) => [field, valid(field, "")]));
  const config = { ...read, portals: portals.data } as NetworkLvmConfig;
  // A user without a secret, or a secret without a user, signs in nowhere.
  const isWhole = (config.chapUser === "") === (config.chapSecret === "");
  const isMutual = isWhole && (config.reverseUser === "") === (config.reverseSecret === "");
  return {
    ...config,
    ...(isWhole ? {} : { chapUser: "", chapSecret: "" }),
    ...(isMutual ? {} : { reverseUser: "", reverseSecret: "" }),
  };
}

/** Every target that LUNs of a storage lie on, that of its form first. */
export const targetsOf = (config: NetworkLvmConfig): readonly [IscsiTarget, ...IscsiTarget[]] => [
  config,
  ...(config.targets ?? []),
];

/** Their names. */
export const targetNames = (config: { target: string; targets?: { target: string }[] | undefined }): string[] =>
  [config, ...(config.targets ?? [])].map(({ target }) => target);

/** The portals of a valid config. */
export function portalsOf({ portals }: Pick<IscsiTarget, "portals">): Portal[] {
  return readPortals(portals) ?? [];
}

/** References of the secrets that a login needs, in the order in which scripts read them. */
export function chapSecretsOf({ chapSecret, reverseSecret }: IscsiTarget): string[] {
  return [chapSecret, reverseSecret].filter((id) => id !== "");
}

/** With one target more. */
export const withTarget = (config: NetworkLvmConfig, san: IscsiTarget): NetworkLvmConfig => ({
  ...config,
  targets: [...(config.targets ?? []), san],
});
