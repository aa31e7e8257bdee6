import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DrivePage } from "#components/drive/drive-page.tsx";
import { en } from "#lib/messages/en.ts";
import { firstDrives } from "../../data.ts";

interface Props {
  params: Promise<{ id: string }>;
}

async function find(props: Props) {
  const { id } = await props.params;
  const first = await firstDrives(`ids=${encodeURIComponent(id)}`);
  const [drive] = first.view.drives;
  return drive && { drive, first };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await find(props))?.drive.label ?? en.common.notFound };
}

export default async function Page(props: Props) {
  const found = await find(props);
  if (!found) notFound();
  return <DrivePage id={found.drive.id} first={found.first} />;
}
