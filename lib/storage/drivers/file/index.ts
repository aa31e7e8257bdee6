import type { StorageDriver } from "../../contract.ts";
import { fileConfig, type FileConfig } from "./config.ts";
import { fileDrives } from "./drives.ts";
import { foundFile } from "./found.ts";
import { type FileFacts, joinFile, previewFile, readFileFacts } from "./join.ts";
import { leaveFile } from "./leave.ts";
import { probeFile, readFileCheck } from "./probe.ts";

/** Drives as Qcow2 files in a directory of the node's own disks. */
export const fileDriver: StorageDriver<FileConfig, FileFacts> = {
  kind: "file",
  config: fileConfig,
  capabilities: { shared: false, format: "qcow2", preallocated: false, leavesLost: false },
  packages: [],
  claims: (config) => [{ what: "directory", value: config.vmDir, field: "vmDir" }],
  // A directory is a node's own: its mark and file system tell it from others.
  things: () => [],
  facts: readFileFacts,
  found: foundFile,
  join: joinFile,
  leave: leaveFile,
  preview: previewFile,
  probe: (config, dirs) => probeFile(config, dirs),
  readCheck: readFileCheck,
  drives: fileDrives,
  parts: null,
};
