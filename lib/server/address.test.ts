import { describe, expect, it } from "vitest";
import { parseEnv } from "../env.ts";
import { claimed, hostAccepted, listenProblem, sameOrigin } from "./address.ts";

const env = (variables: Record<string, string>, args: string[] = []) =>
  parseEnv({ SPINDLE_DATA: "/tmp", ...variables }, args);

describe("who a request comes from", () => {
  const lies = {
    host: "panel",
    "x-forwarded-for": "6.6.6.6, 7.7.7.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil",
  };

  it("is the socket's peer, whatever the client claims", () => {
    expect(claimed(lies, "::ffff:10.0.0.9", [])).toEqual({ address: "10.0.0.9", host: "panel", protocol: "http" });
  });

  it("is the last entry of a trusted proxy's list: the one it wrote itself", () => {
    expect(claimed(lies, "10.0.0.1", ["10.0.0.1"])).toEqual({ address: "7.7.7.7", host: "evil", protocol: "https" });
  });
});

describe("the host a request asks for", () => {
  it.each([
    [{}, "127.0.0.1:3080", true],
    [{}, "localhost:9000", true],
    [{}, "[::1]:3080", true],
    [{}, "evil.example", false],
    [{}, "10.0.0.5:3080", false],
    [{}, "127.0.0.1.evil.example", false],
    [{}, "", false],
    [{ SPINDLE_HOST: "0.0.0.0" }, "10.0.0.5:3080", true],
    [{ SPINDLE_HOST: "0.0.0.0" }, "evil.example:3080", false],
    [{ SPINDLE_ORIGIN: "https://panel.example" }, "panel.example", true],
    [{ SPINDLE_ORIGIN: "https://panel.example" }, "127.0.0.1:3080", false],
  ])("with %j and host %j is accepted: %j", (variables, host, accepted) => {
    expect(hostAccepted(host, env(variables))).toBe(accepted);
  });
});

describe("a request that changes something", () => {
  it.each([
    [{ origin: "http://a" }, true],
    [{ origin: "http://b" }, false],
    [{ origin: "null" }, false],
    [{ origin: "http://b", "sec-fetch-site": "same-origin" }, false],
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "same-site" }, false],
    [{ "sec-fetch-site": "none" }, false],
    [{}, false],
  ])("with %j is from our own page: %j", (headers, own) => {
    expect(sameOrigin(headers, "http://a")).toBe(own);
  });
});

describe("listening", () => {
  it("on loopback needs nothing", () => {
    expect(listenProblem(env({}))).toBeNull();
    expect(listenProblem(env({ SPINDLE_HOST: "::1" }))).toBeNull();
  });

  it("beyond loopback needs an https origin or the explicit flag", () => {
    expect(listenProblem(env({ SPINDLE_HOST: "0.0.0.0" }))).toContain("--insecure-http");
    expect(listenProblem(env({ SPINDLE_HOST: "0.0.0.0", SPINDLE_ORIGIN: "http://panel.example" }))).toContain(
      "SPINDLE_ORIGIN",
    );
    expect(listenProblem(env({ SPINDLE_HOST: "0.0.0.0", SPINDLE_ORIGIN: "https://panel.example" }))).toBeNull();
    expect(listenProblem(env({ SPINDLE_HOST: "0.0.0.0" }, ["--insecure-http"]))).toBeNull();
  });
});

it("an environment that is not usable is refused by the variable's name", () => {
  expect(() => env({ SPINDLE_PORT: "99999" })).toThrow("SPINDLE_PORT");
  expect(() => env({ DATABASE_URL: "mysql://x" })).toThrow("DATABASE_URL");
  expect(() => env({ SPINDLE_ORIGIN: "panel" })).toThrow("SPINDLE_ORIGIN");
});
