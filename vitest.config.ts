import { defineConfig } from "vitest/config";

/** `unit`: pure code, no machine. `lab`: real nodes, one file at a time, started by bin/test.ts. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["lib/**/*.test.ts", "bin/**/*.test.ts", "components/**/*.test.ts"],
          exclude: ["**/*.lab.test.ts", "**/*.db.test.ts", "node_modules"],
        },
      },
      {
        test: {
          name: "db",
          include: ["lib/**/*.db.test.ts"],
          // Each file has a database server of its own.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "lab",
          include: ["lib/**/*.lab.test.ts", "e2e/**/*.lab.test.ts"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
