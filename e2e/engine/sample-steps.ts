import { eq } from "drizzle-orm";
import { clusters } from "../../lib/db/schema/index.ts";
import { registerPanelStep } from "../../lib/plans/panel-steps.ts";
import { deleteSecret } from "../../lib/secrets/store.ts";

/** Panel steps of the sample plan. */
registerPanelStep("sample.cluster", {
  do: async (tx, input) => {
    const { id, name } = input as { id: string; name: string };
    await tx.insert(clusters).values({ id, name, virtualization: "kvm", imageDir: "/image", shareDir: "/share" });
  },
  undo: async (tx, input) => {
    await tx.delete(clusters).where(eq(clusters.id, String(input.id)));
  },
});
registerPanelStep("sample.forget", { do: async (tx, input) => deleteSecret(String(input.secret), tx) });
