/** The sign of the app. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="var(--accent)"
        d="M12 3h8a9 9 0 0 1 9 9v1a9 9 0 0 1-9 9h-5.2L9.6 27.2A1 1 0 0 1 8 26.4V21.1A9 9 0 0 1 3 13v-1a9 9 0 0 1 9-9Z"
      />
      <circle cx="11.5" cy="12.5" r="2.6" fill="var(--on-accent)" />
      <circle cx="20.5" cy="12.5" r="2.6" fill="var(--on-accent)" />
      <path d="M14.1 12.5h3.8" stroke="var(--on-accent)" strokeWidth="1.8" />
    </svg>
  );
}
