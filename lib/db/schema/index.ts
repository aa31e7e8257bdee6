export * from "./auth.ts";
export * from "./cluster.ts";
export * from "./drive.ts";
export * from "./panel.ts";
export * from "./task.ts";
