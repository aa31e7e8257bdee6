import { describe, expect, it } from "vitest";
import { HOSTILE_STRINGS } from "../../../domain/hostile-strings.ts";
import { formFields } from "../../form.ts";
import { chapSecret, chapSecretsOf, looksWith, networkLvmConfig, portalsOf, targetsOf } from "./config.ts";
import { networkLvmDriver } from "./index.ts";
import { portalArgument, portalText, readPortals } from "./portals.ts";
import { kernelWwid, wwidOf } from "./wwid.ts";

const WWID = "360000000000000000e00000000010001";
const typed = { portals: "10.0.0.1, 10.0.0.2:3261", target: "iqn.2026-01.lab.host:san1", wwid: WWID };

describe("portals", () => {
  it.each([
    ["10.0.0.1", ["10.0.0.1"]],
    ["10.0.0.1:3260 10.0.0.2:3261", ["10.0.0.1", "10.0.0.2:3261"]],
    ["san.example.com,[2001:db8::1]:3262", ["san.example.com", "[2001:db8::1]:3262"]],
    ["2001:db8::1", ["[2001:db8::1]"]],
  ])("%s", (text, shown) => {
    expect(readPortals(text)?.map(portalText)).toEqual(shown);
  });

  it.each([
    "",
    " , ",
    "10.0.0.1 10.0.0.1:3260",
    "10.0.0.1:0",
    "10.0.0.1:65536",
    "10.0.0.1:x",
    "-p",
    "a b;c",
    "fe80::1%eth0",
  ])("not %j", (text) => {
    expect(readPortals(text)).toBeNull();
  });

  it("go to iscsiadm with their port", () => {
    expect(readPortals("10.0.0.1 2001:db8::1")?.map(portalArgument)).toEqual(["10.0.0.1:3260", "[2001:db8::1]:3260"]);
  });
});

describe("the form", () => {
  it("takes what a target needs, and knows the rest", () => {
    const config = networkLvmConfig.parse(typed);
    expect(config).toMatchObject({ vgName: "net0", waitSeconds: 120, chapUser: "", chapSecret: "" });
    expect(portalsOf(config)).toHaveLength(2);
    expect(chapSecretsOf(config)).toEqual([]);
  });

  it.each([
    ["a target of no kind", { target: "san1" }, "target"],
    ["a WWID that a vendor's word makes", { wwid: "1IET_00010001" }, "wwid"],
    ["a WWID cut short", { wwid: WWID.slice(0, 20) }, "wwid"],
    ["a user without a secret", { chapUser: "panel" }, "chapSecret"],
    ["a secret without a user", { chapSecret: "se_0123456789abcdef" }, "chapSecret"],
    ["a secret that is none of a row", { chapUser: "panel", chapSecret: "hunter2" }, "chapSecret"],
    ["a target that alone proves itself", { reverseUser: "san", reverseSecret: "se_0123456789abcdef" }, "chapUser"],
    ["a user with blanks", { chapUser: "a b", chapSecret: "se_0123456789abcdef" }, "chapUser"],
    ["a wait of years", { waitSeconds: 1e9 }, "waitSeconds"],
  ])("refuses %s", (_what, change, field) => {
    const { error } = networkLvmConfig.safeParse({ ...typed, ...change });
    expect(error?.issues.map(({ path }) => path[0])).toContain(field);
  });

  const SECRET = "se_0123456789abcdef";
  /** Why a value is refused beside its field; an empty list where it is taken. */
  const refusals = (field: string, value: string) => {
    const { error } = networkLvmConfig.safeParse({ ...typed, chapSecret: SECRET, chapUser: "panel", [field]: value });
    return (error?.issues ?? []).filter(({ path }) => path[0] === field).map(({ message }) => message);
  };
  /** Each field that takes text, with the sentence that says what it takes. */
  const FIELDS = [
    ["portals", "network-lvm.field.portals"],
    ["target", "network-lvm.field.target"],
    ["chapUser", "network-lvm.field.chap-user"],
    ["reverseUser", "network-lvm.field.chap-user"],
    ["chapSecret", "network-lvm.field.chap-secret"],
    ["reverseSecret", "network-lvm.field.chap-secret"],
    ["wwid", "network-lvm.field.wwid"],
  ] as const;

  it.each(FIELDS)("of what %s refuses it says what it takes, and nothing hostile passes", (field, message) => {
    const isUser = field === "chapUser" || field === "reverseUser";
    // A user is empty where there is none, and else a word; any word is one.
    const hostile = HOSTILE_STRINGS.filter(
      (text) => text !== "" && !(isUser && /^[A-Za-z0-9._:@-]{1,128}$/.test(text)),
    );
    for (const text of hostile) expect(refusals(field, text)[0], JSON.stringify(text)).toBe(message);
  });

  it.each(FIELDS)(
    "%s takes no line break, blank, quote or control character beside what is right",
    (field, message) => {
      const right = { portals: "10.0.0.1", target: typed.target, wwid: WWID }[field as string] ?? "panel";
      for (const sign of ["\n", "\r\n", "\t", "\0", "\u001b", "\u007f", "\u00a0", "'", '"', "\\", "$(id)", "\u202e"])
        for (const value of [right + sign, sign + right])
          expect(refusals(field, value)[0], JSON.stringify(value)).toBe(message);
    },
  );

  it.each([
    ["portals", "10.0.0.1:", false],
    ["portals", "[2001:db8::1", false],
    ["portals", "2001:db8::1]:3260", false],
    ["portals", "[2001:db8::1]3260", false],
    ["portals", "2001:db8:::1", false],
    ["portals", "user@10.0.0.1", false],
    ["portals", "iscsi://10.0.0.1", false],
    ["portals", "256.1.1.1", false],
    ["portals", Array.from({ length: 9 }, (_, index) => `10.0.0.${index}`).join(), false],
    ["portals", Array.from({ length: 8 }, (_, index) => `[2001:db8::${index}]:3261`).join(), true],
    ["target", `iqn.2026-01.${"a".repeat(211)}`, true],
    ["target", `iqn.2026-01.${"a".repeat(212)}`, false],
    ["target", "iqn.2026-01.lab.host:a/../../b", false],
    ["target", "eui.02004567a425678d", true],
    ["target", "eui.02004567a425678d0", false],
    ["target", "naa.52004567ba64678d", true],
    ["target", `naa.${"6".repeat(24)}`, false],
    ["chapUser", "iqn.1993-08.org.debian:01:abc", true],
    ["chapUser", "a".repeat(128), true],
    ["chapUser", "a".repeat(129), false],
    ["reverseUser", "a".repeat(129), false],
  ])("%s %j: %s", (field, value, isTaken) => {
    expect(refusals(field, value).length === 0).toBe(isTaken);
  });
});

describe("further targets", () => {
  const more = { portals: "10.0.0.1", target: "iqn.2026-01.lab.host:san2" };
  const messages = (targets: unknown) =>
    (networkLvmConfig.safeParse({ ...typed, targets }).error?.issues ?? []).map(({ message }) => message);

  it("are none where none was added: such a config is what it was, and no form asks for them", () => {
    expect(Object.keys(networkLvmConfig.parse(typed))).not.toContain("targets");
    expect(formFields(networkLvmDriver).map(({ name }) => name)).not.toContain("targets");
    expect(looksWith({ ...typed, targets: [more] })).not.toHaveProperty("targets");
  });

  it("stand behind the form's own, each with portals and CHAP of its own", () => {
    const config = networkLvmConfig.parse({ ...typed, targets: [more] });
    expect(targetsOf(config).map(({ target }) => target)).toEqual([typed.target, more.target]);
    expect(config.targets).toEqual([{ ...more, chapUser: "", chapSecret: "", reverseUser: "", reverseSecret: "" }]);
  });

  it.each([
    ["the form's own once more", [{ ...more, target: typed.target.toUpperCase() }], "network-lvm.field.target-twice"],
    ["one twice", [more, more], "network-lvm.field.target-twice"],
    ["a user without a secret", [{ ...more, chapUser: "panel" }], "network-lvm.field.chap-both"],
    ["no portal", [{ ...more, portals: "" }], "network-lvm.field.portals"],
    ["a name of no kind", [{ ...more, target: "iqn.x;$(id)" }], "network-lvm.field.target"],
    [
      "more than fifteen",
      Array.from({ length: 16 }, (_, index) => ({ ...more, target: `${more.target}-${index}` })),
      "network-lvm.field.targets",
    ],
  ])("are refused: %s", (_what, targets, message) => {
    expect(messages(targets)).toContain(message);
  });

  it("have no field of their own making", () => {
    expect(messages([{ ...more, wwid: WWID }])).toHaveLength(1);
  });
});

describe("a CHAP secret", () => {
  it.each(HOSTILE_STRINGS.filter((text) => !/^[!-~]{1,255}$/.test(text) || /["'\\]/.test(text)))(
    "is not %j",
    (text) => {
      expect(chapSecret.safeParse(text).success).toBe(false);
    },
  );

  it.each([
    ["$(id)&;|<>*#%", true],
    ["a".repeat(255), true],
    ["a".repeat(256), false],
    ["p\u00e4ss", false],
    ["two\nlines", false],
    ["ends\n", false],
  ])("%j: %s", (text, isOne) => {
    expect(chapSecret.safeParse(text).success).toBe(isOne);
  });
});

describe("a LUN's WWID", () => {
  /** As tgt 1.0.85 answers: a T10 designator, then NAA 6. */
  const TGT =
    "00830048020100244945542020202020303030313030303100000000000000000000000000000000000000000103000830000001000000010103001060000000000000000e00000000010001";

  it("is its NAA name as multipath has it, the longest", () => {
    expect(wwidOf(Buffer.from(TGT, "hex"))).toBe(WWID);
    expect(kernelWwid(WWID)).toBe(`naa.${WWID.slice(1)}`);
  });

  it.each([
    // As istgt 0.4 answers, cut after its second designator: the port's names follow.
    ["a locally assigned NAA", "008300460103000830000000019fc1e00301003853504944444c4520", "330000000019fc1e0"],
    ["a vendor's word alone", "0083000c0201000849455420 20202020".replaceAll(" ", ""), null],
    ["a port's name", "0083000c0113000860000000000000a1", null],
    ["an EUI-64", "0083000c01020008001122334455667a", "2001122334455667a"],
    ["an NAA before an EUI", "0083001801020008001122334455667a0103000850000000000000a1", "350000000000000a1"],
    ["a page cut off", "00830048010300106000", null],
    ["nothing", "", null],
  ])("%s", (_what, page, wwid) => {
    expect(wwidOf(Buffer.from(page, "hex"))).toBe(wwid);
  });
});

describe("a form that is not typed to its end", () => {
  it.each([
    ["no portal", { target: typed.target }, null],
    ["a portal", { portals: "10.0.0.1", target: "iqn" }, { portals: "10.0.0.1", target: "", wwid: "" }],
    ["a portal and a target", { portals: "10.0.0.1", target: typed.target }, { target: typed.target, wwid: "" }],
    ["a user without a secret", { ...typed, chapUser: "panel" }, { chapUser: "", chapSecret: "" }],
  ])("is looked with as far as it goes: %s", (_what, values, enough) => {
    if (enough === null) expect(looksWith(values)).toBeNull();
    else expect(looksWith(values)).toMatchObject(enough);
  });
});
