import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { BEHAVIOURS, type Behaviour } from "../../lib/storage/conformance/behaviours.ts";
import type { TestDatabase } from "./database.ts";
import {
  type DriveDeed,
  type DriveSubjects,
  driveSubjects,
  GROWN,
  oldDrive,
  type SeenDrives,
  SIZE,
} from "./drive-subject.ts";
import { databaseOfTests, killLoop, LOOP_MS, MAKE_MS } from "./kill-test.ts";
import { type Member, type MemberStorage, oneMember } from "./member-subject.ts";
import { sanMember } from "./san-subject.ts";

const database = databaseOfTests();

const says = (behaviour: Behaviour) => BEHAVIOURS[behaviour].says;

const sumOfZeros = (bytes: number) => createHash("sha256").update(Buffer.alloc(bytes)).digest("hex");
/** Without what differs in the database, and without who has done it. */
const onNode = ({ trace, volumes, contents }: SeenDrives) => ({ trace, volumes, contents });
const contentOf = ({ contents }: SeenDrives, id: string) =>
  contents.filter((line) => line.startsWith(id)).map((line) => line.split(" ").slice(1));

/** By the cluster whose drives they are. */
const CLUSTERS: [string, (of: TestDatabase) => Promise<Member>, readonly MemberStorage[]][] = [
  ["on a node's own storages", oneMember, ["file", "lvm"]],
  ["on a LUN that two nodes see @S28", sanMember, ["network-lvm"]],
];

describe.each(CLUSTERS)("drives that are made, grown and deleted, %s @B02 @P04", (_title, cluster, kinds) => {
  let made: DriveSubjects;
  const loop = killLoop(() => made.subjects);

  beforeAll(async () => {
    made = await driveSubjects(database(), await cluster(database()), kinds);
  }, MAKE_MS);

  const ends = async (deed: DriveDeed) => {
    const { outcome, ...seen } = await loop.ends(deed);
    const drives = seen.rows.drives.map(({ label, state, size, taskId }) => [label, state, size, taskId]);
    return { seen, drives, outcome };
  };
  const old = kinds.map((kind) => [`old-${kind}`, "ready", SIZE, null]);
  const oldBut = (kind: string, ...instead: unknown[][]) =>
    kinds.flatMap((one, at) => (one === kind ? instead : [old[at]]));

  const isNowhere = async (deed: DriveDeed, kind: MemberStorage) => {
    const { seen, drives, outcome } = await ends(deed);
    expect(outcome).toEqual(["done", 0]);
    expect(drives).toEqual(oldBut(kind));
    expect(JSON.stringify(made.before)).toContain(oldDrive(kind));
    expect(JSON.stringify(onNode(seen))).not.toContain(oldDrive(kind));
  };

  describe.each(kinds)("%s, undisturbed", (kind) => {
    const id = oldDrive(kind);

    it("two new ones are there and empty; where the second can't be made, neither is @P10", async () => {
      const { seen, drives, outcome } = await ends(`${kind}-made`);
      expect(outcome).toEqual(["done", 0]);
      const fresh = ["new-1", "new-2"].map((label) => [label, "ready", SIZE, null]);
      expect(drives).toEqual([...fresh, ...old]);
      for (const { id: added, label } of seen.rows.drives.filter((drive) => drive.label.startsWith("new")))
        expect(contentOf(seen, added), label).toEqual([[String(SIZE), sumOfZeros(SIZE), sumOfZeros(0)]]);

      const subject = made.subjects[`${kind}-refused`];
      await subject.clean();
      const begun = await subject.snapshot();
      const refused = await ends(`${kind}-refused`);
      expect(refused.outcome).toEqual(["undone", 0]);
      expect(refused.drives).toEqual(old);
      expect(onNode(refused.seen)).toEqual(onNode(begun));
    });

    it("a larger one has its data, and zeros behind them", async () => {
      const { seen, drives, outcome } = await ends(`${kind}-grown`);
      expect(outcome).toEqual(["done", 0]);
      expect(drives).toEqual(oldBut(kind, [`old-${kind}`, "ready", GROWN, null]));
      const [[, data] = []] = contentOf(made.before, id);
      expect(data).not.toBe(sumOfZeros(SIZE));
      expect(contentOf(seen, id)).toEqual([[String(GROWN), data, sumOfZeros(GROWN - SIZE)]]);
    });

    it("a deleted one is nowhere", () => isNowhere(`${kind}-deleted`, kind));
  });

  if (kinds.includes("lvm"))
    it("lvm, undisturbed: one that is wiped first is nowhere", () => isNowhere("lvm-wiped", "lvm"));

  it(says("panel-killed"), () => loop.endsTheSame(), LOOP_MS);
});
