import type { Metadata } from "next";
import { DrivesPage } from "#components/drive/drives-page.tsx";
import { en } from "#lib/messages/en.ts";
import { drivesView } from "../data.ts";

export const metadata: Metadata = { title: en.drives.title };

export default async function Page() {
  return <DrivesPage initial={await drivesView()} />;
}
