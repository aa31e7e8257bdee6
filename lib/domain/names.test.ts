import { describe, expect, it } from "vitest";
import { HOSTILE_STRINGS } from "./hostile-strings.ts";
import {
  clusterName,
  directoryPath,
  joinPassword,
  nodeAddress,
  sshPort,
  storageName,
  userName,
  volumeGroupName,
} from "./names.ts";
import { hasSentence } from "../messages/sentence.ts";

const TABLE = {
  clusterName: {
    schema: clusterName,
    good: ["lab", "Rechenzentrum Köln 2", "北京", "a", "a-b_c.d", "x".repeat(64)],
    bad: ["-a", "a-", " a", "a ", "a  b", "x".repeat(65), "a/b", "a\tb"],
  },
  storageName: { schema: storageName, good: ["main", "SSD fast"], bad: [".hidden", "a\u00a0b"] },
  directory: {
    schema: directoryPath,
    good: [
      "/vm",
      "/image",
      "/share",
      "/srv/vm",
      "/mnt/disk-1/vm_2",
      "/var/lib/libvirt/images",
      "/data+1",
      "/home/vm",
      "/usrlocal",
    ],
    bad: [
      "/",
      "vm",
      "./vm",
      "/etc",
      "/etc/vm",
      "/usr/local/vm",
      "/proc/1",
      "/root/vm",
      "/var",
      "/var/log/vm",
      "/tmp/vm",
      "/mnt",
      "/home",
      "/-rf",
      "/vm/-x",
      "/v m",
      "/vm/..",
      "/..",
      "/.vm",
      `/${"x".repeat(101)}`,
    ],
  },
  volumeGroup: {
    schema: volumeGroupName,
    good: ["lvm0", "vg-data", "_a", "a.b+c"],
    bad: [".", "..", "-a", "a/b", "a b", "x".repeat(128), "lvm0\n"],
  },
  address: {
    schema: nodeAddress,
    good: ["10.0.0.1", "::1", "fe80::1%eth0", "2001:db8::5", "node1", "node-1.example.net"],
    bad: [
      " 10.0.0.1",
      "fe80::1%$(id)",
      "10.0.0.256",
      "10.0.0",
      "1.2.3.4.5",
      "root@host",
      "host:22",
      "[::1]",
      "-host",
      "host-",
      "a..b",
      "http://a",
      "x".repeat(64),
      "123456",
    ],
  },
  user: {
    schema: userName,
    good: ["root", "admin", "_svc", "john.doe"],
    bad: ["-root", "1st", "a b", "root;id", "x".repeat(33)],
  },
  password: { schema: joinPassword, good: ["a", "it's $(x) \"`\\", "pass word", "ключ"], bad: [""] },
} as const;

const HARMLESS_AS: Record<string, (value: string) => boolean> = {
  // Any text without line breaks is a password: it never leaves standard input of the SSH handshake.
  password: (value) => value.length > 0 && value.length <= 1024 && !/[\0\r\n]/.test(value),
};

describe.each(Object.entries(TABLE))("what may be typed as %s", (name, { schema, good, bad }) => {
  it.each(good.map((value) => value as string))("takes %j", (value) =>
    expect(schema.safeParse(value).success).toBe(true),
  );
  it.each(bad.map((value) => value as string))("refuses %j with a sentence of the catalogue", (value) => {
    const result = schema.safeParse(value);
    expect(result.success).toBe(false);
    expect(hasSentence(result.error?.issues[0]?.message ?? "")).toBe(true);
  });
  it.each(HOSTILE_STRINGS.map((value, index) => [index, value.slice(0, 40), value] as const))(
    "hostile string %i, %j, is refused or harmless there",
    (_index, _shown, value) => {
      expect(schema.safeParse(value).success).toBe(HARMLESS_AS[name]?.(value) ?? false);
    },
  );
});

describe("what may be typed as a port", () => {
  it.each([1, 22, 65535])("takes %j", (value) => expect(sshPort.safeParse(value).success).toBe(true));
  it.each([0, 65536, 2.5, Number.NaN, "22", null])("refuses %j", (value) =>
    expect(sshPort.safeParse(value).success).toBe(false),
  );
});
