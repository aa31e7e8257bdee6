import type { Metadata } from "next";
import { DrivesPage } from "#components/drive/drives-page.tsx";
import { driveListQuery } from "#lib/domain/drive-list.ts";
import { en } from "#lib/messages/en.ts";
import { firstDrives } from "../data.ts";
import { addressValues, type PageAddress } from "../page-address.ts";

export const metadata: Metadata = { title: en.drives.title };

export default async function Page({ searchParams }: PageAddress) {
  return <DrivesPage first={await firstDrives(driveListQuery(addressValues(await searchParams)))} />;
}
