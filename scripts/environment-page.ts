/** docs/environment.md from the server's settings. scripts/documents.ts writes it. */
import { SETTINGS } from '@parley/signaling-server/config.ts';

const HEAD = `# The server's environment

Every setting is one environment variable; one that is empty counts as unset. A wrong value, and one that means nothing with the
others, stops the start, and every problem is named at once. Names that the server does not know do nothing; it warns of those that are one
slip off a setting's. A secret may stand in a file: \`ADMIN_TOKEN_FILE=/run/secrets/admin\` reads \`ADMIN_TOKEN\` from there.
\`npm run server -- --help\` prints the same list. A secret belongs into a file that only the server may read
or into the platform's own store for secrets, and is never logged.

| variable | default | meaning |
| --- | --- | --- |
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

export function environmentPage(): string {
  const rows = Object.entries(SETTINGS).map(
    ([name, { fallback, about, isSecret }]) =>
      `| \`${name}\` | ${fallback === '' ? 'none' : `\`${cell(fallback)}\``} | ${isSecret ? '**Secret.** ' : ''}${cell(about)} |\n`,
  );
  return HEAD + rows.join('');
}
