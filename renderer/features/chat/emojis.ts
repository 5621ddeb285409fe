/** The emoji of the palette, with the words by which they are known. */
export const PALETTE = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['😮', 'surprised'],
  ['😢', 'sad'],
  ['🙏', 'thank you'],
  ['🎉', 'party'],
  ['🔥', 'fire'],
  ['👏', 'applause'],
  ['💯', 'hundred'],
  ['🤔', 'thinking'],
  ['😍', 'in love'],
  ['😅', 'relieved'],
  ['😉', 'winking'],
  ['😎', 'cool'],
  ['😡', 'angry'],
  ['🥳', 'celebrating'],
  ['🤝', 'agreed'],
  ['✅', 'done'],
  ['❌', 'no'],
  ['👀', 'looking'],
  ['👋', 'waving'],
  ['🚀', 'rocket'],
  ['☕', 'coffee'],
] as const;

/** How an emoji is called by a screen reader; the emoji itself where it is not in the palette. */
export const nameOfEmoji = (emoji: string): string => PALETTE.find(([known]) => known === emoji)?.[1] ?? emoji;
