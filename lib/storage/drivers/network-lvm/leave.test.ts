import { describe, expect, it } from "vitest";
import { leaveNetworkLvm } from "./leave.ts";
import { idsOf, leaveContext, NO_RELOGIN } from "./test-storage.ts";

describe("a node leaves", () => {
  const ids = ["maps", ...NO_RELOGIN, "log-out", "unrecord-1", "unrecord-2", "no-multipath", "disclaim", "unmark"];

  it("with everything that the join wrote, and the group stays", () => {
    expect(idsOf(leaveNetworkLvm(leaveContext(false)).steps)).toEqual(ids);
    expect(idsOf(leaveNetworkLvm(leaveContext(true)).steps)).toEqual(["untag", ...ids]);
  });

  it("also where the LUN is dead: nothing but the group's marks asks LVM, and what can be stuck is cut off", () => {
    const tools = /\b(?:vgs|pvs|lvs|vgchange|lvchange|blkid|sync -f|udevadm settle)\b/;
    // Where a command begins; a record's deletion is open-iscsi's own file alone.
    const bare = /(?:^|[;|&(]|\bdo|\bthen)\s*(?:multipathd?|iscsiadm(?!.*-o delete)|dmsetup (?:remove|message)) .*/m;
    for (const { id, command, alreadyDone, precondition } of leaveNetworkLvm(leaveContext(false)).steps) {
      const checks = [alreadyDone, precondition].flatMap((check) => (check ? [check.command] : []));
      for (const { argv } of [command, ...checks]) expect(argv.join("\n"), id).not.toMatch(tools);
      expect(command.argv[2], id).not.toMatch(bare);
    }
  });
});
