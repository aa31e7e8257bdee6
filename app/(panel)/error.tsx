"use client";
import { PageFailed } from "#components/ui/page-failed.tsx";

export default function PanelError({
  error,
  retry,
  reset,
}: {
  error: Error & { digest?: string };
  retry?: () => void;
  reset: () => void;
}) {
  return <PageFailed digest={error.digest} retry={retry ?? reset} />;
}
