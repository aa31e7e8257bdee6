import { TaskSkeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return <TaskSkeleton />;
}
