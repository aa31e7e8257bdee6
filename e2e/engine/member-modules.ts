import { registerJoinSteps } from "../../lib/services/clusters/record.ts";
import { registerClusterRemoval } from "../../lib/services/clusters/settle-removal.ts";
import { registerDriveSteps } from "../../lib/services/drives/settle.ts";
import { registerNodeRemoval } from "../../lib/services/nodes/removal.ts";
import { registerRotationSteps } from "../../lib/services/nodes/rotation.ts";
import { registerPartsStep } from "../../lib/services/storages/parts.ts";
import { registerStorageRemoval } from "../../lib/services/storages/settle-removal.ts";

/** What an engine of its own must know to do what a cluster that is there can ask for. */
registerJoinSteps();
registerDriveSteps();
registerPartsStep();
registerStorageRemoval();
registerClusterRemoval();
registerRotationSteps();
registerNodeRemoval();
