"use client";
import { type Failed, PageFailed } from "#components/ui/page-failed.tsx";

/** What the shell itself needs could not be read: there is nothing to stand around the page. */
export default function RootError(failed: Failed) {
  return (
    <main>
      <PageFailed {...failed} />
    </main>
  );
}
