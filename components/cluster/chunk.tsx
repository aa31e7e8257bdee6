"use client";
import { type ReactNode, useEffect, useRef, useState } from "react";

/** Rows in one part of a long table. */
export const CHUNK_ROWS = 20;

interface Props {
  /** Drawn in the first paint; the others come when they are near the screen. */
  first: boolean;
  columns: number;
  /** Height of the part before it was ever drawn. */
  estimate: number;
  children: ReactNode;
}

/**
 * A part of a long table: drawn while near the screen, else one empty row of its height. What has the focus stays
 * drawn. So 300 nodes cost no more than what is seen.
 */
export function Chunk({ first, columns, estimate, children }: Props) {
  const ref = useRef<HTMLTableSectionElement>(null);
  const [near, setNear] = useState(first);
  const [height, setHeight] = useState(estimate);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (entry.isIntersecting) return setNear(true);
        if (element.contains(document.activeElement)) return;
        if (entry.boundingClientRect.height > 0) setHeight(entry.boundingClientRect.height);
        setNear(false);
      },
      { rootMargin: "1200px 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <tbody ref={ref} className="max-sm:block">
      {near ? (
        children
      ) : (
        <tr aria-hidden className="max-sm:block" style={{ height }}>
          <td colSpan={columns} />
        </tr>
      )}
    </tbody>
  );
}
