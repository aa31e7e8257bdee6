import { cluster } from "./pages/cluster.ts";
import { door } from "./pages/door.ts";
import { node } from "./pages/node.ts";
import { needs, overview } from "./pages/overview.ts";
import { settings } from "./pages/settings.ts";
import { announce, shell } from "./pages/shell.ts";
import { storage } from "./pages/storage.ts";
import { task, tasks } from "./pages/tasks.ts";

/** Sentences of the pages; ICU message syntax. */
export const pages = { shell, announce, overview, needs, cluster, node, storage, tasks, task, settings, door };
