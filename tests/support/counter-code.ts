/**
 * A frame counter that survives a video encoder: one row of black and white blocks along the top edge.
 * black, white (what dark and light look like here), who (4 bits), counter (12 bits), two parity bits.
 */
export const CELLS = 20;
export const WHO_BITS = 4;
export const COUNTER_BITS = 12;
const DATA_START = 2;
const DATA_BITS = WHO_BITS + COUNTER_BITS;

/** The content of one frame: whose clip it is and which frame of it. */
export type CounterReading = { who: number; counter: number };

const bitOf = (value: number, place: number): number => Math.floor(value / 2 ** place) % 2;

/** The blocks of one frame, 1 for white. */
export function cellsOf({ who, counter }: CounterReading): number[] {
  const data = [
    ...Array.from({ length: WHO_BITS }, (_, i) => bitOf(who, WHO_BITS - 1 - i)),
    ...Array.from({ length: COUNTER_BITS }, (_, i) => bitOf(counter, COUNTER_BITS - 1 - i)),
  ];
  const parity = (offset: number) => data.filter((_, i) => i % 2 === offset).reduce((sum, bit) => sum + bit, 0) % 2;
  return [0, 1, ...data, parity(0), parity(1)];
}

/**
 * Reads the blocks back from their brightness (0–255 each).
 * Undefined where they are too grey to tell or the parity does not fit: better no answer than a wrong one.
 */
export function readCells(brightness: readonly number[]): CounterReading | undefined {
  const dark = brightness[0];
  const light = brightness[1];
  if (dark === undefined || light === undefined || brightness.length !== CELLS || light - dark < 80) return undefined;
  const bits: number[] = [];
  for (const level of brightness.slice(DATA_START)) {
    const share = (level - dark) / (light - dark);
    if (share > 0.35 && share < 0.65) return undefined;
    bits.push(share > 0.5 ? 1 : 0);
  }
  const numberFrom = (start: number, length: number) =>
    bits.slice(start, start + length).reduce((value, bit) => value * 2 + bit, 0);
  const reading = { who: numberFrom(0, WHO_BITS), counter: numberFrom(WHO_BITS, COUNTER_BITS) };
  const expected = cellsOf(reading);
  return expected[CELLS - 2] === bits[DATA_BITS] && expected[CELLS - 1] === bits[DATA_BITS + 1] ? reading : undefined;
}

/** ffmpeg's geq expression that draws the blocks into a picture of CELLS pixels width; N is the frame's number. */
export function geqExpression(who: number): string {
  const counterBit = (place: number) => `mod(floor(N/${2 ** place}),2)`;
  const cells: string[] = ['0', '1'];
  for (let i = 0; i < WHO_BITS; i++) cells.push(String(bitOf(who, WHO_BITS - 1 - i)));
  for (let i = 0; i < COUNTER_BITS; i++) cells.push(counterBit(COUNTER_BITS - 1 - i));
  const parity = (offset: number) => {
    const terms = cells.slice(DATA_START, DATA_START + DATA_BITS).filter((_, i) => i % 2 === offset);
    return `mod(${terms.join('+')},2)`;
  };
  cells.push(parity(0), parity(1));
  return `255*(${cells.map((cell, x) => `eq(X,${x})*(${cell})`).join('+')})`;
}
