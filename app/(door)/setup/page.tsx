import type { Metadata } from "next";
import { Redeem } from "#components/door/redeem.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.pages.door.setup.title };

export default function SetupPage() {
  return <Redeem purpose="setup" />;
}
