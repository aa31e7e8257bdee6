import type { Metadata } from "next";
import { Overview } from "#components/overview/overview.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.pages.overview.title };

export default function OverviewPage() {
  return <Overview />;
}
