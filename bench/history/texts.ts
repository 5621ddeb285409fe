const SYLLABLES =
  'ka lo mi ter sen ing the ar on ed pre con tion ver de ex st al is un er ma no ri ta ve wo lu chi pa gra fo'.split(
    ' ',
  );
const HAN =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系';
const VOCABULARY = 200_000;

/** Numbers from 0 to 1 that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What stands in the oldest message alone. */
export const RARE = 'Quxoq QX 龘 龘靐';
/** What is looked for: rare and common, long and short, of several scripts. */
export const QUERIES = ['quxoq', 'qx', '龘', '龘靐', 'the', 'tion', 'er', 'e', '7', '一', '的一', '的', 'kalo', 'É'];

/** Texts of 3 to 26 words whose frequencies fall as those of a language do, with numbers, accents and, in each tenth message, Chinese. */
export function createTexts(): (number: number) => string {
  const random = seeded(1);
  const below = (end: number) => Math.floor(random() * end);
  const words = Array.from({ length: VOCABULARY }, (_, rank) => {
    const length = 1 + below(rank < 300 ? 2 : 4);
    const word = Array.from({ length }, () => SYLLABLES[below(SYLLABLES.length)]).join('');
    return rank % 11 === 0 ? `${word}é` : rank > 5_000 && rank % 7 === 0 ? `${word}${below(1_000)}` : word;
  });
  const wordOf = () => words[Math.floor(VOCABULARY ** random()) - 1] ?? '';
  return (number) => {
    if (number === 0) return RARE;
    if (number % 10 === 3) {
      return Array.from({ length: 8 + below(30) }, () => HAN[Math.floor(random() * below(HAN.length))]).join('');
    }
    return `${Array.from({ length: 3 + below(24) }, wordOf).join(' ')}.`;
  };
}
