import type { Metadata } from "next";
import { ChangeDrives } from "#components/drive/change-drives.tsx";
import { en } from "#lib/messages/en.ts";
import { drivesView } from "../../data.ts";

export const metadata: Metadata = { title: en.drives.title };

export default async function Page() {
  return <ChangeDrives initial={await drivesView()} />;
}
