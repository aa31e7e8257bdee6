import { expect, it } from "vitest";
import { addressGroup, delaySeconds, RULES } from "./throttle.ts";

it("the delay grows by two and has an end: nobody is locked out", () => {
  const delays = Array.from({ length: 12 }, (_, failures) => delaySeconds(failures, RULES.pair));
  expect(delays).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(delaySeconds(1_000_000, RULES.account)).toBe(RULES.account.most);
});

it.each([
  ["10.0.0.1", "10.0.0.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("the address %s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
