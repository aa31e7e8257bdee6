import { Agent, get } from "node:http";

/** One request over a connection that is kept; answers with milliseconds and bytes, both as far as the last one. */
function read(agent: Agent, url: string, headers: Record<string, string>): Promise<{ ms: number; bytes: number }> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve({ ms: performance.now() - begun, bytes });
        else reject(new Error(`${url} was answered with ${response.statusCode}`));
      });
    });
    request.on("error", reject);
  });
}

export interface Reading {
  p50: number;
  p95: number;
  /** On the wire, of one answer. */
  kb: number;
}

/** `count` requests of one address by so many readers at once, each asking again as soon as it was answered. */
export async function readAtOnce(
  url: string,
  { readers, count, headers }: { readers: number; count: number; headers: Record<string, string> },
): Promise<Reading> {
  const agent = new Agent({ keepAlive: true, maxSockets: readers });
  const took: number[] = [];
  let begun = 0;
  let bytes = 0;
  const reader = async () => {
    while (begun < count) {
      begun += 1;
      const one = await read(agent, url, { "accept-encoding": "gzip", ...headers });
      took.push(one.ms);
      bytes = one.bytes;
    }
  };
  try {
    await Promise.all(Array.from({ length: readers }, reader));
  } finally {
    agent.destroy();
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.ceil(share * took.length) - 1] ?? 0;
  return { p50: at(0.5), p95: at(0.95), kb: bytes / 1024 };
}
