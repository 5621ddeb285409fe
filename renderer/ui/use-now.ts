import { useEffect, useState } from 'react';

/** The time of a clock, read again every `everyMs`. Screens read clocks nowhere else. */
function useClock(read: () => number, everyMs: number): number {
  const [now, setNow] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => setNow(read()), everyMs);
    return () => clearInterval(timer);
  }, [read, everyMs]);
  return now;
}

const readWall = () => Date.now();
const readMonotonic = () => performance.now();

/** The present time, renewed every `everyMs`. */
export const useNow = (everyMs = 30_000): number => useClock(readWall, everyMs);

/** The present by the page's monotonic clock, renewed every `everyMs`: for durations, which no change of the computer's clock touches. */
export const useMonotonicNow = (everyMs: number): number => useClock(readMonotonic, everyMs);
