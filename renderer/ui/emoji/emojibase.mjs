// JavaScript, because TypeScript asks for an import attribute here which a browser then takes at its word.
export { default as emoji } from 'emojibase-data/en/compact.json';
export { default as codes } from 'emojibase-data/en/shortcodes/github.json';
