export * from "./auth.ts";
export * from "./cluster.ts";
export * from "./drive.ts";
export * from "./panel.ts";
export * from "./task.ts";
export * from "./task-search.ts";
export * from "./usage.ts";
