import { describe, expect, it } from "vitest";
import { clusterProblems, type TypedCluster, type TypedStorage } from "./cluster-rules.ts";
import { HOSTILE_STRINGS } from "./hostile-strings.ts";
import type { StorageKind } from "./storage.ts";

const AVAILABLE: ReadonlySet<StorageKind> = new Set(["file", "lvm"]);

function file(key: string, vmDir: string, name = key): TypedStorage {
  return { key, kind: "file", name, configProblems: {}, claims: [{ what: "directory", value: vmDir, field: "vmDir" }] };
}
function lvm(key: string, vg: string, name = key): TypedStorage {
  return { key, kind: "lvm", name, configProblems: {}, claims: [{ what: "volume-group", value: vg, field: "vgName" }] };
}
function other(kind: StorageKind): TypedStorage {
  return { key: "s1", kind, name: "s1", configProblems: {}, claims: [] };
}

const GOOD: TypedCluster = {
  name: "lab",
  virtualization: "kvm",
  imageDir: "/image",
  shareDir: "/share",
  storages: [file("s1", "/vm"), file("s2", "/srv/vm"), lvm("s3", "lvm0")],
  mainKey: "s1",
};

const problems = (change: Partial<TypedCluster>) => {
  const found = clusterProblems({ ...GOOD, ...change }, AVAILABLE);
  return Object.fromEntries(Object.entries(found).map(([path, text]) => [path, text.key]));
};

describe("a cluster's rules", () => {
  it("take several storages of several types @S08", () => expect(problems({})).toEqual({}));

  const TABLE: [string, Partial<TypedCluster>, Record<string, string>][] = [
    ["a name is needed", { name: "" }, { name: "join.field.cluster-name" }],
    ["a cluster needs a storage @S05", { storages: [], mainKey: null }, { storages: "join.rule.no-storage" }],
    ["one storage is the main one @S09", { mainKey: null }, { mainKey: "join.rule.no-main" }],
    ["the main storage is one of the cluster's @S09", { mainKey: "s9" }, { mainKey: "join.rule.no-main" }],
    ["no ZFS in a KVM cluster @S07", { storages: [other("zfs")] }, { "storages.s1.kind": "join.rule.kinds-kvm" }],
    [
      "no File in an LXD cluster, which itself comes later @S07",
      { virtualization: "lxd", storages: [file("s1", "/vm")] },
      { virtualization: "join.rule.lxd", "storages.s1.kind": "join.rule.kinds-lxd" },
    ],
    ["Ceph comes later", { storages: [other("ceph")] }, { "storages.s1.kind": "join.rule.not-available" }],
    [
      "Network LVM comes later",
      { storages: [other("network-lvm")] },
      { "storages.s1.kind": "join.rule.not-available" },
    ],
    ["NAS comes later", { storages: [other("nas")] }, { "storages.s1.kind": "join.rule.not-available" }],
    [
      "one directory is one storage's @S08",
      { storages: [file("s1", "/vm"), file("s2", "/vm")] },
      { "storages.s2.config.vmDir": "join.rule.directory-taken" },
    ],
    [
      "no directory in another's @S08",
      { storages: [file("s1", "/vm"), file("s2", "/vm/two")] },
      { "storages.s2.config.vmDir": "join.rule.directory-taken" },
    ],
    [
      "no directory around another's @S08",
      { storages: [file("s1", "/data/vm"), file("s2", "/data")] },
      { "storages.s2.config.vmDir": "join.rule.directory-taken" },
    ],
    ["a name that only begins alike is another directory", { storages: [file("s1", "/vm"), file("s2", "/vm2")] }, {}],
    [
      "one volume group is one storage's @S08",
      { storages: [lvm("s1", "lvm0"), lvm("s2", "lvm0")] },
      { "storages.s2.config.vgName": "join.rule.claim-taken" },
    ],
    [
      "drives don't lie among images @S08",
      { storages: [file("s1", "/image/vm")] },
      { "storages.s1.config.vmDir": "join.rule.same-directory" },
    ],
    [
      "images don't lie among drives @S08",
      { imageDir: "/vm/image" },
      { "storages.s1.config.vmDir": "join.rule.same-directory" },
    ],
    ["images and systems are apart", { shareDir: "/image" }, { shareDir: "join.rule.same-directory" }],
    [
      "storages' names differ in more than case",
      { storages: [file("s1", "/a", "Main"), file("s2", "/b", "main")] },
      { "storages.s2.name": "join.rule.storage-name-taken" },
    ],
    ["no directory of the system's", { imageDir: "/etc" }, { imageDir: "join.field.system-directory" }],
  ];
  it.each(TABLE)("%s", (_rule, change, expected) => expect(problems(change)).toEqual(expected));

  it.each(HOSTILE_STRINGS.map((value, index) => [index, value.slice(0, 30), value] as const))(
    "refuse hostile string %i, %j, as name and directory",
    (_index, _shown, value) => {
      const found = problems({ name: value, imageDir: value, storages: [file("s1", "/vm", value)] });
      expect(Object.keys(found)).toEqual(expect.arrayContaining(["name", "imageDir", "storages.s1.name"]));
    },
  );
});
