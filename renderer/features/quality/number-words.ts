import { formatNumber } from '../../ui/format.ts';

/** Measured numbers as the connection panel shows them. */

export const msWords = (ms: number): string => `${formatNumber(Math.round(ms))} ms`;

/** A share of 0 to 1; small ones keep one digit behind the point. */
export const shareWords = (ratio: number): string => {
  const percent = ratio * 100;
  return `${formatNumber(percent > 0 && percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent))} %`;
};

/** `64 kbit/s`, `1.2 Mbit/s`. */
export const rateWords = (bps: number): string =>
  bps >= 999_500
    ? `${formatNumber(Math.round(bps / 100_000) / 10)} Mbit/s`
    : `${formatNumber(Math.round(bps / 1_000))} kbit/s`;

export const framesWords = (perSecond: number): string => `${formatNumber(Math.round(perSecond))} a second`;
