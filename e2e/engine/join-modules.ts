import { registerMeeting } from "../../lib/plans/stages.ts";
import { registerJoinSteps } from "../../lib/services/clusters/record.ts";

/** What an engine of its own must know to create clusters and join nodes. */
registerMeeting();
registerJoinSteps();
