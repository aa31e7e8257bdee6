/** What `dpkg` and `apt-get -s` said about the packages a node needs. */
export interface PackageFacts {
  /** Those asked for that are not installed. */
  missing: string[];
  /** What apt would add, exactly: dependencies included, upgrades not. */
  added: { name: string; version: string }[];
  /** Installed packages that apt would replace by another version on the way. */
  upgraded: string[];
  removed: string[];
  /** Bytes to fetch; null where apt did not say. */
  downloadBytes: number | null;
  /** System accounts that packages may make, and that are not there. */
  absentAccounts: string[];
  /** An interrupted run of dpkg has to be finished first. */
  interrupted: boolean;
  /** Lock files that somebody holds now. */
  locked: string[];
  /** Lines of apt's refusal; empty when it would work. */
  refusal: string[];
}

const NAME = /^[a-z0-9][a-z0-9+.-]{1,100}$/;
const VERSION = /^[A-Za-z0-9.+:~-]{1,100}$/;

/** Names of installed packages, architecture cut off. */
function installedNames(block: string): Set<string> {
  const names = block.split("\n").flatMap((line) => {
    const [name = "", status = ""] = line.split("\t");
    return status.startsWith("ii") ? [name.split(":")[0] as string] : [];
  });
  return new Set(names);
}

/** `Inst name [old] (new …)` lines of a simulation. */
function readSimulation(block: string) {
  const added: PackageFacts["added"] = [];
  const upgraded: string[] = [];
  const removed: string[] = [];
  for (const line of block.split("\n")) {
    const [word, name = "", third = "", fourth = ""] = line.split(" ");
    if (!NAME.test(name)) continue;
    if (word === "Remv" || word === "Purg") removed.push(name);
    if (word !== "Inst") continue;
    if (third.startsWith("[")) upgraded.push(name);
    else if (VERSION.test(third.slice(1))) added.push({ name, version: third.slice(1) });
    else if (fourth !== "") throw new Error(`apt's answer is not understood: ${line.slice(0, 200)}`);
  }
  const code = /^code (\d+)$/m.exec(block)?.[1];
  const refusal =
    code === "0"
      ? []
      : block
          .split("\n")
          .filter((line) => /^(E:|[A-Za-z].*Depends:)/.test(line.trim()))
          .slice(0, 20);
  return { added, upgraded, removed, refusal: code === "0" || refusal.length > 0 ? refusal : [block.slice(0, 1000)] };
}

/** `'URI' file size hash` lines. */
function downloadSize(block: string): number {
  return block.split("\n").reduce((sum, line) => sum + (Number(/^'\S+' \S+ (\d+)/.exec(line)?.[1]) || 0), 0);
}

/** Reads the answer of `packagesCommand`. */
export function readPackages(sections: ReadonlyMap<string, string>, wanted: readonly string[]): PackageFacts {
  const installed = installedNames(sections.get("installed") ?? "");
  const missing = wanted.filter((name) => !installed.has(name));
  // What is there already is not touched, even where apt has a newer version.
  const nothing = { added: [], upgraded: [], removed: [], refusal: [] };
  const simulation = missing.length === 0 ? nothing : readSimulation(sections.get("simulate") ?? "");
  return {
    missing,
    ...simulation,
    downloadBytes: missing.length === 0 ? 0 : downloadSize(sections.get("sizes") ?? "") || null,
    absentAccounts: (sections.get("accounts") ?? "").split("\n").filter((name) => NAME.test(name)),
    interrupted: (sections.get("audit") ?? "").trim() !== "" || (sections.get("updates") ?? "").trim() !== "",
    locked: (sections.get("lock") ?? "").split("\n").filter((line) => line.startsWith("/")),
  };
}

/** The packages of a KVM node on a machine of this architecture, as Debian and Ubuntu call them. */
export function kvmPackages(arch: string): string[] {
  const emulator = arch === "aarch64" ? ["qemu-system-arm", "qemu-efi-aarch64"] : ["qemu-system-x86"];
  return [...emulator, "qemu-utils", "libvirt-daemon-system", "libvirt-clients"];
}
