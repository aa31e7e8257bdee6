import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../run.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const release = "bookworm";

/**
 * The sources list for the nodes' Debian, with contrib for ZFS: the mirrors this machine's own apt uses,
 * or `$SPINDLE_DEBIAN_SOURCES`, a file in apt's one-line form, on machines that run something else.
 */
export async function debianSources(): Promise<string> {
  const own = process.env.SPINDLE_DEBIAN_SOURCES;
  if (own) return readFile(own, "utf8");
  const targets = await run(["apt-get", "indextargets", "--format", "$(CREATED_BY)|$(REPO_URI)|$(RELEASE)"]);
  const lines = new Set<string>();
  for (const target of targets.split("\n")) {
    const [kind, uri, suite] = target.split("|");
    if (kind !== "Packages" || !uri || !suite) continue;
    if (suite !== release && !suite.startsWith(`${release}-`)) continue;
    if (suite.endsWith("-backports")) continue;
    lines.add(`deb [signed-by=${keyring}] ${uri} ${suite} main contrib`);
  }
  if (![...lines].some((line) => line.includes(` ${release} `)))
    throw new Error(
      `apt knows no mirror of Debian ${release}: run apt-get update, or name one in SPINDLE_DEBIAN_SOURCES`,
    );
  return `${[...lines].join("\n")}\n`;
}

/** Options that make apt-get work on the lists and folders below `dir` alone, with nothing installed. */
export function privateApt(dir: string): string[] {
  const option = (name: string, value: string) => ["-o", `${name}=${value}`];
  return [
    "apt-get",
    "-q",
    ...option("Dir::Etc::sourcelist", join(dir, "sources.list")),
    ...option("Dir::Etc::sourceparts", "-"),
    ...option("Dir::Etc::parts", "-"),
    ...option("Dir::Etc::preferences", "-"),
    ...option("Dir::Etc::preferencesparts", "-"),
    ...option("Dir::State", join(dir, "state")),
    ...option("Dir::State::status", join(dir, "status")),
    ...option("Dir::Cache", join(dir, "cache")),
    ...option("Dir::Cache::archives", join(dir, "archives")),
    ...option("APT::Architecture", "amd64"),
    ...option("APT::Architectures", "amd64"),
    ...option("APT::Install-Recommends", "false"),
    ...option("APT::Sandbox::User", "root"),
    ...option("APT::Keep-Downloaded-Packages", "true"),
    ...option("Acquire::Languages", "none"),
    ...option("DPkg::Post-Invoke::", ""),
  ];
}

/** The names in a package list: blanks or newlines between them, `#` starts a comment. */
export async function packageList(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8");
  return text
    .split("\n")
    .flatMap((line) => line.replace(/#.*/, "").split(/\s+/))
    .filter(Boolean);
}

/** Release of the cloud kernel that a build would take now, e.g. `6.1.0-40-cloud-amd64`, from this machine's package lists. */
export async function kernelRelease(): Promise<string> {
  const own = process.env.SPINDLE_LAB_KERNEL;
  if (own) return own;
  const text = await run(["apt-cache", "depends", "linux-image-cloud-amd64"]);
  const found = /Depends: linux-image-(\S+)/.exec(text)?.[1];
  if (!found) throw new Error("apt knows no linux-image-cloud-amd64: run apt-get update");
  return found;
}

/** First line of QEMU's `--version`; part of every cache key, since saved states belong to one version. */
export async function qemuVersion(): Promise<string> {
  return (await run(["qemu-system-x86_64", "--version"])).split("\n")[0] ?? "";
}
