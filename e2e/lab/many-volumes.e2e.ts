import { expect, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { nodesDown } from "../support/nodes.ts";
import { BACK, status, test, toCluster } from "../support/situation.ts";

test.use({ scene: "joined-lvm" });
test.afterAll(nodesDown);

const LONG = { timeout: 240_000 };
const FILES = 10_000;
const LVS = 1_000;
/** What a page of thousands of rows may be made of: those near the screen. */
const MOST_ELEMENTS = 2_500;

/** The first block of a real image, and a hole for the rest: each takes one block of the disk. */
const COPY = `
open my $in, "<", "/vm/seed.qcow2" or die "seed: $!"; binmode $in; read $in, my $head, 4096;
for my $number (1 .. $ARGV[0]) {
  open my $out, ">", sprintf("/vm/many-%05d.qcow2", $number) or die "copy: $!";
  binmode $out; print $out $head; truncate $out, 196616; close $out or die "close: $!";
}`;

/** So many LVs of one extent each, written into the metadata of a group that has none. */
const FILL = `
undef $/; open my $in, "<", $ARGV[0] or die; my $text = <$in>; close $in;
die "it has LVs\\n" if $text =~ /logical_volumes/;
my $lvs = "\\nlogical_volumes {\\n";
for my $number (1 .. $ARGV[1]) {
  my $id = sprintf "many00-0000-0000-0000-0000-0000-%06d", $number;
  my $extent = $number - 1;
  $lvs .= "many$number {\\nid = \\"$id\\"\\nstatus = [\\"READ\\", \\"WRITE\\", \\"VISIBLE\\"]\\nflags = []\\n"
    . "creation_time = 1700000000\\ncreation_host = \\"lab\\"\\nsegment_count = 1\\nsegment1 {\\nstart_extent = 0\\n"
    . "extent_count = 1\\ntype = \\"striped\\"\\nstripe_count = 1\\nstripes = [ \\"pv0\\", $extent ]\\n}\\n}\\n";
}
$text =~ s/\\n\\}\\s*$/$lvs}\\n}\\n/ or die "no end\\n";
# A list of LVs is read anew when the number of the metadata has changed.
$text =~ s/\\bseqno = (\\d+)/"seqno = " . ($1 + 10)/e or die "no seqno\\n";
open my $out, ">", $ARGV[0] or die; print $out $text; close $out or die;`;

async function makeFiles(node: LabNode): Promise<void> {
  await node.sh(["qemu-img", "create", "-q", "-f", "qcow2", "/vm/seed.qcow2", "1G"]);
  await node.sh(["perl", "-e", COPY, String(FILES)], { timeoutMs: 300_000 });
}

async function makeLvs(node: LabNode): Promise<void> {
  await node.sh("vgcfgbackup -q -f /root/many lvm0");
  await node.sh(["perl", "-e", FILL, "/root/many", String(LVS)]);
  await node.sh("vgcfgrestore -q -y -f /root/many lvm0", { timeoutMs: 120_000 });
}

/** Opens a storage's page from the cluster's, and waits until so many volumes that are no drive are told there. */
async function openUnknown(page: Page, storage: string, count: number): Promise<void> {
  await toCluster(page);
  await page.getByRole("link", { name: storage, exact: true }).first().click();
  const table = page.getByRole("table", { name: en.drives.storage.unknown });
  await expect(table).toHaveAttribute("aria-rowcount", String(count + 1), LONG);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  expect(elements).toBeLessThanOrEqual(MOST_ELEMENTS);
  // The last one is drawn once it is on the screen.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(table.getByRole("row").last()).toBeInViewport();
}

test("ten thousand images and a thousand LVs are listed, the node is heard all the while, and their pages open", {
  tag: ["@S17", "@B03", "@S32"],
}, async ({ situation: { page, hurt, other } }) => {
  await makeFiles(hurt);
  await openUnknown(page, "files", FILES + 1);
  await makeLvs(hurt);
  await openUnknown(page, "group", LVS);
  await page.getByRole("link", { name: "Drives", exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // Several checks of both lie behind it by now: their lists neither cut the probe off nor made it late.
  await toCluster(page);
  for (const node of [hurt, other]) await expect(status(page, node)).toHaveText("Active", BACK);
  // No process a file or an LV: the checks of the node end within their deadlines, and nothing of them is left.
  const left = await hurt.sh("pgrep -c 'qemu-img|lvs|dmsetup' || true");
  expect(Number(left)).toBeLessThan(5);
});
