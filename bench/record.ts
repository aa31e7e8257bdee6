/**
 * Writes `bench/recorded/node.json`: what the probe of a real node of the lab says in a minute, with a File and an LVM
 * storage, and the rows it was asked by. Run by hand, `sh bin/run bench/record.ts`, when the probe's words change.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { chromium } from "@playwright/test";
import globalSetup from "../e2e/fixtures/global-setup.ts";
import { joinedPanel } from "../e2e/support/joined.ts";
import { nodesDown } from "../e2e/support/nodes.ts";
import { closeDatabase, db, openDatabase } from "../lib/db/client.ts";
import { clusters, nodeStorages, panel as panelTable, storages } from "../lib/db/schema/index.ts";
import { DISKS_ID } from "../lib/live/disks/script.ts";
import { readMembers } from "../lib/live/members.ts";
import { buildProbe } from "../lib/live/probe/script.ts";
import { requireDriver } from "../lib/storage/registry.ts";
import config from "../playwright.config.ts";
import { RECORDING, type Recording } from "./replay.ts";

const SECONDS = 60;
const FEED = `probe=$1 seconds=$2
shift 2
{
  printf '%s' "$probe"
  while [ "$seconds" -gt 0 ]; do echo t; sleep 1; seconds=$((seconds - 1)); done
  for id; do echo "c $id recorded"; done
  for again in 1 2 3 4 5 6 7 8 9 10; do sleep 1; echo p; done
  echo q
} | sh -s`;

function blockOf(lines: readonly string[], storageId: string): string[] {
  const from = lines.indexOf(`b ${storageId} recorded`);
  const to = lines.findIndex((line) => line.startsWith(`e ${storageId} recorded `));
  if (from < 0 || to < from) throw new Error(`no check of ${storageId} in\n${lines.join("\n")}`);
  return lines.slice(from, to + 1);
}

const endRun = await globalSetup();
const browser = await chromium.launch(config.use?.launchOptions);
try {
  const { lab, panel } = await joinedPanel(browser, "joined-file");
  await panel.stop();
  openDatabase(panel.databaseUrl ?? "");
  const [member] = await readMembers(requireDriver);
  if (!member) throw new Error("no member");
  const [owner] = await db().select({ id: panelTable.id }).from(panelTable);
  const [cluster] = await db().select().from(clusters);
  const pinned = (await db().select().from(nodeStorages)).filter((row) => row.nodeId === member.nodeId);
  const rows = await db().select().from(storages);
  await closeDatabase();
  const ids = rows.map((row) => row.id);
  const said = await lab.nodes[0]!.sh(
    ["sh", "-c", FEED, "x", buildProbe(member.plan.probe), String(SECONDS), ...ids, DISKS_ID],
    {
      timeoutMs: (SECONDS + 60) * 1000,
    },
  );
  const lines = said.split("\n");
  const recording: Recording = {
    panelId: owner?.id ?? "",
    cluster: { id: cluster!.id, name: cluster!.name, imageDir: cluster!.imageDir, shareDir: cluster!.shareDir },
    storages: rows.map(({ id, kind, name, config, isMain }) => ({
      ...{ id, kind, name, config, isMain },
      identity: pinned.find((row) => row.storageId === id)?.identity ?? {},
      check: blockOf(lines, id),
    })),
    disks: blockOf(lines, DISKS_ID),
    figures: lines.filter((line) => line.startsWith("f ")),
  };
  mkdirSync(dirname(RECORDING), { recursive: true });
  writeFileSync(RECORDING, `${JSON.stringify(recording, null, 1)}\n`);
  console.log(`${recording.figures.length} lines of figures, ${recording.storages.length} checks`);
} finally {
  await browser.close();
  await nodesDown();
  await endRun();
}
process.exit(0);
