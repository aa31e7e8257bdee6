import type { ReactNode } from "react";
import { Shell } from "#components/shell/shell.tsx";
import { firstView, pageContext, panelOutlook } from "./data.ts";

/** The signed-in shell. What every page reads stands in the first HTML. */
export default async function PanelLayout({ children }: { children: ReactNode }) {
  const { actor } = await pageContext();
  const [{ panel, tasks }, outlook] = await Promise.all([firstView(), panelOutlook()]);
  return (
    <Shell userName={actor.name} first={{ panel, tasks: [...tasks], outlook }}>
      {children}
    </Shell>
  );
}
