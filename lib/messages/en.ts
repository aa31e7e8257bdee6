import { audit } from "./en/audit.ts";
import { auth } from "./en/auth.ts";
import { capacity } from "./en/capacity.ts";
import { common } from "./en/common.ts";
import { disks } from "./en/disks.ts";
import { drive } from "./en/drive.ts";
import { drives } from "./en/drives.ts";
import { errors } from "./en/errors.ts";
import { file } from "./en/file.ts";
import { join } from "./en/join.ts";
import { life } from "./en/life.ts";
import { live } from "./en/live.ts";
import { lvm } from "./en/lvm.ts";
import { networkLvm } from "./en/network-lvm.ts";
import { node } from "./en/node.ts";
import { pages } from "./en/pages.ts";
import { paths } from "./en/paths.ts";
import { parts } from "./en/parts.ts";
import { preflight } from "./en/preflight.ts";
import { search } from "./en/search.ts";
import { ssh } from "./en/ssh.ts";
import { task } from "./en/task.ts";
import { wizard } from "./en/wizard.ts";

/** Every sentence that a person reads, by area. A second language is a second file of this shape. */
export const en = {
  audit,
  auth,
  capacity,
  common,
  disks,
  drive,
  drives,
  errors,
  file,
  join,
  life,
  live,
  lvm,
  "network-lvm": networkLvm,
  node,
  pages,
  parts,
  paths,
  preflight,
  search,
  ssh,
  task,
  wizard,
};
export type Messages = typeof en;
