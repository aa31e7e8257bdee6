import type { Metadata } from "next";
import { Redeem } from "#components/door/redeem.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.pages.door.invite.title };

export default function InvitePage() {
  return <Redeem purpose="invite" />;
}
