/** Stands before the digits in the QR code, so that a code of something else is told from a wrong one. */
const PREFIX = 'parley-code:';

/** The text of the QR code for the long code of two devices. */
export const qrTextOf = (deviceCode: string): string => `${PREFIX}${deviceCode.replaceAll(' ', '')}`;

/** Compares a scanned text with the long code of two devices. `other`: it is no safety code at all. */
export function compareScanned(text: string, deviceCode: string): 'same' | 'different' | 'other' {
  if (!/^parley-code:\d{60}$/.test(text)) return 'other';
  return text === qrTextOf(deviceCode) ? 'same' : 'different';
}
