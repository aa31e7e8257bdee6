"use client";
import { PageFailed } from "#components/ui/page-failed.tsx";

/** What the shell itself needs could not be read: there is nothing to stand around the page. */
export default function RootError({
  error,
  retry,
  reset,
}: {
  error: Error & { digest?: string };
  retry?: () => void;
  reset: () => void;
}) {
  return (
    <main>
      <PageFailed digest={error.digest} retry={retry ?? reset} />
    </main>
  );
}
