import { route } from "#lib/server/route.ts";
import { getPanelView } from "#lib/services/live/panel-view.ts";

export const GET = route((ctx) => getPanelView(ctx));
