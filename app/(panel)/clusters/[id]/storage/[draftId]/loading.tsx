import { WizardSkeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return <WizardSkeleton />;
}
