import type { Metadata } from "next";
import { NewDrives } from "#components/drive/new-drives.tsx";
import { en } from "#lib/messages/en.ts";
import { newRequestKey } from "#lib/services/drives/ids.ts";
import { pageContext } from "../../data.ts";

export const metadata: Metadata = { title: en.drives.create };

export default async function Page() {
  await pageContext();
  return <NewDrives requestKey={newRequestKey()} />;
}
