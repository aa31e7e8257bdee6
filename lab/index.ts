export { ExecTimeout, type ExecResult } from "./agent.ts";
export { type Fault, faultNames, faults } from "./faults.ts";
export { makeMountedFs, makeVolumeGroup } from "./layout.ts";
export { type Missing, checkHost, installHostPackages, missingPackages } from "./host.ts";
export { type Image, type ImageKind, ensureImage, ensureImages } from "./image/build.ts";
export { listInstances } from "./instance.ts";
export { type DiskSpec, Lab, type LabSpec, type NodeSpec, defaultDisks, openLab } from "./lab.ts";
export { type FaultOptions, LabNode, type NodeDisk } from "./node.ts";
