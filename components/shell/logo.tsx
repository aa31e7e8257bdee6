/** The spindle: two flanges and the thread between them. */
export function Logo({ size = 18 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 18 18" fill="none" className="shrink-0 text-accent">
      <path d="M2.5 2h13M2.5 16h13" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      <path
        d="M4.5 3.2c0 3 2.6 3.6 2.6 5.8s-2.6 2.8-2.6 5.8M13.5 3.2c0 3-2.6 3.6-2.6 5.8s2.6 2.8 2.6 5.8"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
      <path d="M7.2 9h3.6" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" />
    </svg>
  );
}
