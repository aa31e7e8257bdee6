import { registerNodeRemoval } from "../../lib/services/nodes/removal.ts";
import { registerRotationSteps } from "../../lib/services/nodes/rotation.ts";

/** What an engine of its own must know to change a node's key and to remove it. */
registerNodeRemoval();
registerRotationSteps();
