import { registerPanelSteps } from "../../lib/services/panel-steps.ts";

/** What an engine of its own must know to do what a cluster that is there can ask for. */
registerPanelSteps();
