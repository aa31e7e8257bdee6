import type { Metadata } from "next";
import { ChangeDrives } from "#components/drive/change-drives.tsx";
import { en } from "#lib/messages/en.ts";
import { firstDrives } from "../../data.ts";
import { addressValues, type PageAddress } from "../../page-address.ts";

export const metadata: Metadata = { title: en.drives.title };

export default async function Page({ searchParams }: PageAddress) {
  const ids = addressValues(await searchParams).get("ids") ?? "";
  return <ChangeDrives first={await firstDrives(new URLSearchParams({ ids }).toString())} />;
}
