/** The people of a full call. Long enough that none turns up by chance in a sealed box that is searched for it. */
export const NAMES = [
  'Ana Ribeiro',
  'Ben Okafor',
  'Chloé Martin',
  'Dai Nakamura',
  'Eya Ben Salah',
  'Finn Larsen',
  'Grace Mbeki',
  'Hiro Tanaka',
] as const;
