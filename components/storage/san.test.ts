import { describe, expect, it } from "vitest";
import { readLuns } from "./san.ts";

const session = (number: string, state: string, portal: string) => ({ number, state, portal });
const disk = (name: string, state: string, own: string) => ({ name, state, size: 1, session: own });
const device = { name: "dm-1", isSuspended: false, size: 1 };
const lun = (...paths: object[]) => ({ wwid: "36001", paths, device });
const read = (sessions: object[], ...luns: object[]) => readLuns({ san: { sessions, luns } });

describe("paths to a LUN", () => {
  it("are up where the session is logged in and its disk runs, by portal", () => {
    const sessions = [session("2", "LOGGED_IN", "10.0.0.2"), session("1", "FAILED", "10.0.0.1")];
    const [read1] = read(sessions, lun(disk("sdb", "running", "2"), disk("sdc", "transport-offline", "1")));
    expect(read1?.paths).toEqual([
      { portal: "10.0.0.1", session: "FAILED", disk: "sdc", state: "transport-offline", tone: "bad" },
      { portal: "10.0.0.2", session: "LOGGED_IN", disk: "sdb", state: "running", tone: "ok" },
    ]);
  });

  it("a disk that still says running on a session that is lost is down", () => {
    const [one] = read([session("1", "FAILED", "10.0.0.1")], lun(disk("sdb", "running", "1")));
    expect(one?.paths[0]?.tone).toBe("bad");
  });

  it("a session without the LUN, and a disk without its session, are both told", () => {
    const [one] = read([session("1", "LOGGED_IN", "[fd00::1]:3261")], lun(disk("sdb", "running", "9")));
    expect(one?.paths).toEqual([
      { portal: "[fd00::1]:3261", session: "LOGGED_IN", disk: null, state: null, tone: "bad" },
      { portal: null, session: null, disk: "sdb", state: "running", tone: "bad" },
    ]);
  });

  it("whatever a node says, nothing is made of what has another shape", () => {
    for (const san of [null, 3, "x", [], { sessions: 1, luns: {} }]) expect(readLuns({ san })).toEqual([]);
    expect(readLuns(null)).toEqual([]);
    expect(readLuns({ san: { luns: [{ wwid: 7, paths: "no", device: [] }] } })).toEqual([
      { wwid: "", target: null, device: null, paths: [] },
    ]);
    const odd = { wwid: "36001", paths: [null, "x"], device: { name: 7, isSuspended: 1, size: "1" } };
    expect(read([null as never, 3 as never], 7 as never, null as never, odd)).toEqual([
      { wwid: "36001", target: null, device: { name: "", isSuspended: false, size: null }, paths: [] },
    ]);
  });
});
