import { expect, it } from "vitest";
import { HOSTILE_STRINGS } from "../domain/hostile-strings.ts";
import { decodeLabel, encodeLabel, isOwnMark } from "./drive-marks.ts";

it.each([...HOSTILE_STRINGS, "web 1", "münchen", "𐍈".repeat(64), ":20", "a:b"])(
  "%j is written with letters a tag may hold, and read back",
  (label) => {
    expect(encodeLabel(label)).toMatch(/^[A-Za-z0-9._:-]*$/);
    expect(decodeLabel(encodeLabel(label))).toBe(Buffer.from(label, "utf8").toString("utf8"));
  },
);

it("a mark is ours only with panel, storage and drive", () => {
  const owner = { panelId: "pa_1", storageId: "st_1" };
  const mark = { panel: "pa_1", storage: "st_1", drive: "dr_1" };
  expect(isOwnMark(mark, owner, "dr_1")).toBe(true);
  for (const other of [{ panel: "pa_2" }, { storage: "st_2" }, { drive: "dr_2" }, { drive: undefined }])
    expect(isOwnMark({ ...mark, ...other }, owner, "dr_1")).toBe(false);
});
