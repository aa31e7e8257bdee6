import type { Progress } from "./cache.ts";

export async function warmUp(_image: { kind: string; dir: string; disk: string; kernel: string; initrd: string }, _progress: Progress): Promise<void> {}
