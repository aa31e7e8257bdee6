import { Gone } from "#components/ui/gone.tsx";
import { en } from "#lib/messages/en.ts";

export default function NotFound() {
  return (
    <main>
      <Gone>{en.common.notFound}</Gone>
    </main>
  );
}
