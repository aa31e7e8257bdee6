import { createServer, get, type IncomingMessage, request, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { countChange, setHeard } from "../live/versions.ts";
import { SharedPages } from "./shared-pages.ts";

const READER = { cookie: "spindle.session_token=one" };
let made = 0;
/** Ends the pages that are being made. */
let finish: (() => void)[] = [];
let isHeld = false;
let answer = (_req: IncomingMessage, res: ServerResponse, number: number) => {
  res.setHeader("content-security-policy", `nonce-${number}`);
  res.write(`page ${number}, `);
  res.end("whole");
};
const pages = () =>
  new SharedPages(async (req, res) => {
    made += 1;
    const number = made;
    if (isHeld) await new Promise<void>((resolve) => finish.push(resolve));
    answer(req, res, number);
  });
const usual = answer;
let server = createServer();

beforeEach(async () => {
  made = 0;
  finish = [];
  isHeld = false;
  answer = usual;
  setHeard(true);
  const shared = pages();
  server = createServer((req, res) => {
    res.setHeader("x-request-id", `${req.headers["x-number"]}`);
    void shared.handle(req, res);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  vi.useRealTimers();
  setHeard(false);
  server.closeAllConnections();
  server.close();
});

async function ask(path: string, headers: Record<string, string> = READER, method = "GET") {
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, host: "127.0.0.1", path, headers, method });
  asked.end();
  const [answered] = (await once(asked, "response")) as [IncomingMessage];
  let body = "";
  for await (const part of answered.setEncoding("utf8")) body += part;
  return { body, headers: answered.headers };
}

it("is made once for one reader who asks many times at once, with the policy its nonce belongs to", async () => {
  isHeld = true;
  const all = Array.from({ length: 20 }, (_, index) => ask("/drives", { ...READER, "x-number": `${index}` }));
  await vi.waitFor(() => expect(finish).toHaveLength(1));
  // Everybody has come before the page is done.
  await vi.waitFor(async () => {
    const [count] = await new Promise<[number]>((resolve) => server.getConnections((_error, open) => resolve([open])));
    expect(count).toBe(20);
  });
  finish[0]!();
  const answers = await Promise.all(all);
  expect(made).toBe(1);
  for (const [index, each] of answers.entries()) {
    expect(each.body).toBe("page 1, whole");
    expect(each.headers["content-security-policy"]).toBe("nonce-1");
    expect(each.headers["x-request-id"]).toBe(`${index}`);
  }
});

it("is never given to another reader, for another address, or as the other kind of answer", async () => {
  await ask("/drives");
  expect((await ask("/drives", { cookie: "spindle.session_token=two" })).body).toBe("page 2, whole");
  expect((await ask("/drives?q=a")).body).toBe("page 3, whole");
  expect((await ask("/drives", { ...READER, rsc: "1" })).body).toBe("page 4, whole");
  expect((await ask("/drives")).body).toBe("page 1, whole");
});

it("is made anew for whoever is not signed in, and for every route", async () => {
  for (const _ of [1, 2]) await ask("/sign-in", {});
  for (const _ of [1, 2]) await ask("/api/clusters");
  expect(made).toBe(4);
});

it("is made anew once something was announced, or sent to be changed", async () => {
  await ask("/drives");
  countChange("drive");
  expect((await ask("/drives")).body).toBe("page 2, whole");
  await ask("/drives", READER, "POST");
  expect((await ask("/drives")).body).toBe("page 4, whole");
  expect((await ask("/drives")).body).toBe("page 4, whole");
});

it("is made anew each time while nobody would tell of a change", async () => {
  setHeard(false);
  for (const _ of [1, 2]) await ask("/drives");
  expect(made).toBe(2);
});

it("is given to nobody after a second", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  await ask("/drives");
  vi.advanceTimersByTime(999);
  expect((await ask("/drives")).body).toBe("page 1, whole");
  vi.advanceTimersByTime(1);
  expect((await ask("/drives")).body).toBe("page 2, whole");
});

it("is not given on when it failed, leads elsewhere, or sets a cookie", async () => {
  answer = (_req, res, number) => {
    if (number === 1) res.writeHead(500);
    if (number === 2) res.writeHead(307, { location: "/sign-in" });
    if (number === 3) res.setHeader("set-cookie", "spindle.session_token=new");
    res.end(`page ${number}`);
  };
  for (const number of [1, 2, 3, 4, 4]) expect((await ask("/drives")).body).toBe(`page ${number}`);
});

it("is made for the next when the first reader left before it was done", async () => {
  isHeld = true;
  const { port } = server.address() as AddressInfo;
  const gone = get({ port, host: "127.0.0.1", path: "/drives", headers: READER });
  gone.on("error", () => {});
  await vi.waitFor(() => expect(finish).toHaveLength(1));
  const next = ask("/drives");
  gone.destroy();
  await vi.waitFor(() => expect(finish).toHaveLength(2));
  for (const end of finish) end();
  expect((await next).body).toBe("page 2, whole");
});
