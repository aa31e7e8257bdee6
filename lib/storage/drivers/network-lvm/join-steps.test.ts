import { describe, expect, it } from "vitest";
import { hasSentence } from "../../../messages/sentence.ts";
import { commandsOf, shellComplaint, textsOf } from "../../test-steps.ts";
import { foundNetworkLvm } from "./found.ts";
import { joinNetworkLvm, previewNetworkLvm } from "./join.ts";
import { leaveNetworkLvm } from "./leave.ts";
import {
  config,
  FIRST,
  gone,
  joinContext,
  joinFacts,
  leaveContext,
  OTHER,
  portal,
  VG,
  withGroup,
} from "./test-storage.ts";

const everyStep = () => [
  ...joinNetworkLvm(joinContext(), joinFacts()).steps,
  ...joinNetworkLvm(joinContext(OTHER), joinFacts()).steps,
  ...joinNetworkLvm(joinContext(FIRST, { adopt: VG }), withGroup()).steps,
  ...previewNetworkLvm(joinContext()).steps,
  ...leaveNetworkLvm(leaveContext(true)).steps,
];

describe("every step", () => {
  it("names secrets by their rows, on standard input alone", () => {
    const commands = everyStep().flatMap(commandsOf);
    for (const { argv } of commands) expect(argv.join(" ")).not.toContain("se_0");
    const [record] = joinNetworkLvm(joinContext(), joinFacts()).steps.filter(({ id }) => id === "record-1");
    expect(record?.command.stdin).toEqual([{ secret: config.chapSecret }, { secret: config.reverseSecret }]);
  });

  it("that asks LVM names the devices", () => {
    const tools = /\b(?:vgs|pvs|lvs|vgcreate|vgchange|pvcreate|pvremove|vgremove|lvchange)\b/;
    for (const { argv } of everyStep().flatMap(commandsOf)) {
      const isOurs = argv[0] === "sh" ? tools.test(argv[2] ?? "") : tools.test(argv[0] ?? "");
      if (isOurs) expect(argv.join(" ")).toMatch(/--devices \/dev\/disk\/by-id\/|lvm-pv-uuid|dm-uuid-mpath/);
    }
  });

  it("forces nothing, and touches none of the system's own files", () => {
    for (const { argv } of everyStep().flatMap(commandsOf)) {
      for (const word of argv) expect(word).not.toMatch(/^(-f|-ff|--force|-y|--yes)$/);
      expect(argv.join(" ")).not.toMatch(/iscsid\.conf|multipath\.conf|lvm\.conf|\/etc\/fstab >|>.*initiatorname/);
    }
  });

  it("makes the group with room for thousands of volumes, and switched on by nobody", () => {
    const { steps } = joinNetworkLvm(joinContext(), joinFacts());
    const argvOf = (id: string) => steps.find((step) => step.id === id)?.command.argv.join(" ");
    expect(argvOf("pv-1")).toContain("--metadatasize 16m");
    expect(argvOf("vg")).toContain("--setautoactivation n");
  });

  it("has scripts that a shell understands", () => {
    for (const command of everyStep().flatMap(commandsOf)) expect(shellComplaint(command)).toBe("");
  });

  it("has its sentences", () => {
    const texts = everyStep().flatMap(textsOf);
    const rows = [...rowsOfEveryFinding(), ...joinNetworkLvm(joinContext(), joinFacts()).rows];
    for (const row of rows) texts.push(row.title, ...[row.detail, row.advice].filter((one) => one !== undefined));
    for (const { key } of texts) expect(hasSentence(key), key).toBe(true);
  });
});

/** Rows of every finding there is. */
function rowsOfEveryFinding() {
  const words = ["silent", "unknown-host", "refused", "closed", "auth", "no-target", "moved", "no-chap"];
  const more = ["target-unproven", "no-lun", "scsi", "strange"];
  const found = [...words, ...more].map((what) => joinFacts({ portals: [portal("10.0.0.1", gone(what))] }));
  const listed = found.flatMap((one) => foundNetworkLvm(one)).map(({ text }) => ({ title: text }));
  return [...found.flatMap((one) => joinNetworkLvm(joinContext(), one).rows), ...listed] as ReturnType<
    typeof joinNetworkLvm
  >["rows"];
}
