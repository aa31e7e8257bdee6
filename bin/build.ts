import { ensureBuild } from "../lib/build.ts";

/** Builds the pages where their sources have changed; `npm start` does so by itself. */
await ensureBuild((line) => console.log(line));
