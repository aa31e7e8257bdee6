import { expect, it } from "vitest";
import { readMachineList } from "./node-list.ts";

it("reads every way people write a machine, and hands on what it can't read", () => {
  const list = [
    "10.0.0.1",
    "",
    "# a comment",
    "10.0.0.2:2222  # rack 2",
    "admin@node-3.example.net:22",
    "[fe80::1%eth0]:2200",
    "fe80::2",
    "ops@2001:db8::7",
    "two words",
    "10.0.0.1:",
  ].join("\r\n");
  expect(readMachineList(list, "root")).toEqual([
    { line: 1, address: "10.0.0.1", port: 22, user: "root" },
    { line: 4, address: "10.0.0.2", port: 2222, user: "root" },
    { line: 5, address: "node-3.example.net", port: 22, user: "admin" },
    { line: 6, address: "fe80::1%eth0", port: 2200, user: "root" },
    { line: 7, address: "fe80::2", port: 22, user: "root" },
    { line: 8, address: "2001:db8::7", port: 22, user: "ops" },
    { line: 9, address: "two words", port: 22, user: "root" },
    { line: 10, address: "10.0.0.1:", port: 22, user: "root" },
  ]);
});
