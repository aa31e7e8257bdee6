import type { ReactNode } from "react";
import { Announcer } from "./announcer.tsx";
import { Live } from "./live.tsx";
import { type FirstAnswers, PanelData } from "./panel-data.tsx";
import { Rail } from "./rail.tsx";
import { SkipLink } from "./skip-link.tsx";
import { TaskDock } from "./task-dock.tsx";
import { TopBar } from "./top-bar.tsx";

/** What stands around every page: rail, top bar, task dock, the live line and the one live region. */
export function Shell({ userName, first, children }: { userName: string; first: FirstAnswers; children: ReactNode }) {
  return (
    <PanelData first={first}>
      <Announcer>
        <Live>
          <SkipLink />
          <div className="flex min-h-dvh">
            <Rail userName={userName} />
            <div className="flex min-w-0 flex-1 flex-col">
              <TopBar userName={userName} />
              <main id="content" tabIndex={-1} className="flex flex-1 flex-col">
                {children}
              </main>
              <TaskDock />
            </div>
          </div>
        </Live>
      </Announcer>
    </PanelData>
  );
}
