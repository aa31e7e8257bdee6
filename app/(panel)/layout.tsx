import type { ReactNode } from "react";
import { Shell } from "#components/shell/shell.tsx";
import { panelView, recentTasks, signedIn } from "./data.ts";

/** The signed-in shell. What every page reads stands in the first HTML. */
export default async function PanelLayout({ children }: { children: ReactNode }) {
  const user = await signedIn();
  const [panel, tasks] = await Promise.all([panelView(), recentTasks()]);
  return (
    <Shell userName={user.name} panel={panel} tasks={tasks}>
      {children}
    </Shell>
  );
}
