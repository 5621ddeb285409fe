import { defineConfig } from 'oxlint';

/**
 * The import table of docs/architecture.md. Each row lists what a folder may import; everything else is
 * refused. Patterns follow .gitignore: the last one that matches decides.
 */
type Row = { files: string[]; may: string[]; never?: string[]; because: string };

const ownFiles = ['!./**', '!../**'];
/** Doubles and builders for tests stay out of the product. */
const doubles = ['./**/testing/**', '../**/testing/**'];
const node = ['!node:*', '!node:*/**'];
const shared = ['!@parley/shared', '!@parley/shared/**'];
const outsideShared = ['../**/electron/**', '../**/renderer/**', '../**/signaling-server/**', '../**/tests/**'];
const outsideElectron = ['../**/shared/**', '../**/renderer/**', '../**/signaling-server/**', '../**/tests/**'];
const outsideRenderer = ['../**/shared/**', '../**/electron/**', '../**/signaling-server/**', '../**/tests/**'];
const rendererRooms = ['bridge', 'signaling', 'mesh', 'media', 'session', 'stores', 'features'];
const allBut = (...rooms: string[]) =>
  rendererRooms.filter((room) => !rooms.includes(room)).map((room) => `../**/${room}/**`);

const table: Row[] = [
  { files: ['shared/**'], may: ['!zod'], never: outsideShared, because: 'shared imports zod and itself.' },
  {
    files: ['electron/core/**'],
    may: [...shared, ...node],
    never: [...outsideElectron, '../**/main/**', '../**/preload/**', '../**/loopback/**'],
    because:
      'The core imports shared and node:*; better-sqlite3 only in history/open-history.ts (types also in database.ts), socket.io-client only in signaling/socket.ts, @scure/bip39 only in ownership/backup/phrase.ts.',
  },
  {
    files: ['electron/core/history/{open-history,database}.ts'],
    may: [...shared, ...node, '!better-sqlite3'],
    never: [...outsideElectron, '../**/main/**', '../**/preload/**', '../**/loopback/**'],
    because: 'The core imports shared, node:* and better-sqlite3.',
  },
  {
    files: ['electron/core/ownership/backup/phrase.ts'],
    may: [...shared, ...node, '!@scure/bip39', '!@scure/bip39/**'],
    never: [...outsideElectron, '../**/main/**', '../**/preload/**', '../**/loopback/**'],
    because: 'ownership/backup/phrase.ts is the only importer of @scure/bip39.',
  },
  {
    files: ['electron/core/signaling/socket.ts'],
    may: [...shared, ...node, '!socket.io-client'],
    never: [...outsideElectron, '../**/main/**', '../**/preload/**', '../**/loopback/**'],
    because: 'signaling/socket.ts is the only importer of socket.io-client.',
  },
  {
    files: ['electron/loopback/**'],
    may: [...shared, ...node, '!#core/**'],
    never: [...outsideElectron, '../**/main/**', '../**/preload/**'],
    because: 'The loopback host imports core, shared and node:*.',
  },
  {
    files: ['electron/main/**'],
    may: [...shared, ...node, '!#core/**', '!electron'],
    never: [...outsideElectron, '../**/preload/**', '../**/loopback/**'],
    because: 'Main imports core, shared, node:* and Electron.',
  },
  {
    files: ['electron/preload/**'],
    may: ['!@parley/shared/bridge/names', '!electron'],
    never: [...outsideElectron, '../**/core/**', '../**/main/**', '../**/loopback/**'],
    because: 'The preload script imports the channel names and Electron.',
  },
  {
    files: ['renderer/**'],
    may: [
      ...shared,
      '!react',
      '!react-dom',
      '!react-dom/**',
      '!zustand',
      '!zustand/**',
      '!lucide-react',
      '!radix-ui',
      '!@fontsource-variable/**',
    ],
    never: outsideRenderer,
    because: 'The renderer imports shared and its UI libraries.',
  },
  ...(['bridge', 'signaling', 'mesh', 'media'] as const).map((room) => ({
    files: [`renderer/${room}/**`],
    may: shared,
    never: [...outsideRenderer, ...allBut(room), '../**/ui/**'],
    because: 'bridge, signaling, mesh and media know neither each other nor what is built on them.',
  })),
  {
    files: ['renderer/mesh/simple-peer-adapter.ts'],
    may: [...shared, '!simple-peer'],
    never: [...outsideRenderer, ...allBut('mesh'), '../**/ui/**'],
    because: 'mesh/simple-peer-adapter.ts is the only importer of simple-peer.',
  },
  {
    files: ['renderer/media/qr-scanner.ts'],
    may: [...shared, '!qr/decode.js'],
    never: [...outsideRenderer, ...allBut('media'), '../**/ui/**'],
    because: 'media/qr-scanner.ts is the only reader of QR codes.',
  },
  {
    files: ['renderer/media/processing/voice-cleaner.ts'],
    may: [...shared, '!@sapphi-red/web-noise-suppressor', '!@sapphi-red/web-noise-suppressor/**'],
    never: [...outsideRenderer, ...allBut('media'), '../**/ui/**'],
    because: 'media/processing/voice-cleaner.ts is the only user of RNNoise.',
  },
  {
    files: ['renderer/media/processing/background-cover.ts'],
    may: [...shared, '!@twilio/video-processors/**'],
    never: [...outsideRenderer, ...allBut('media'), '../**/ui/**'],
    because: 'media/processing/background-cover.ts is the only user of the network that finds people.',
  },
  {
    files: ['renderer/session/**'],
    may: shared,
    never: [...outsideRenderer, ...allBut('session', 'signaling', 'mesh', 'media', 'bridge'), '../**/ui/**'],
    because: 'The session imports signaling, mesh, media and bridge.',
  },
  {
    files: ['renderer/stores/**'],
    may: [...shared, '!zustand', '!zustand/**', '!react'],
    never: [...outsideRenderer, '../**/features/**', '../**/ui/**'],
    because: 'Stores import the session and what lies below it, never a screen.',
  },
  {
    files: ['renderer/features/**'],
    may: [...shared, '!react', '!lucide-react'],
    never: [...outsideRenderer, ...allBut('stores', 'features')],
    because: 'Screens import stores and ui.',
  },
  {
    files: ['renderer/ui/**'],
    may: [...shared, '!react', '!lucide-react', '!radix-ui'],
    never: [...outsideRenderer, ...allBut()],
    because: 'ui knows no state of the app.',
  },
  {
    files: ['renderer/ui/virtual.ts'],
    may: [...shared, '!@tanstack/react-virtual'],
    never: [...outsideRenderer, ...allBut()],
    because: 'ui/virtual.ts is the only importer of the virtual list.',
  },
  {
    files: ['renderer/ui/marks.ts'],
    may: [...shared, '!marked'],
    never: [...outsideRenderer, ...allBut()],
    because: 'ui/marks.ts is the only importer of the Markdown parser.',
  },
  {
    files: ['renderer/ui/emoji/emojibase.mjs'],
    may: [...shared, '!emojibase-data/**'],
    never: [...outsideRenderer, ...allBut()],
    because: 'ui/emoji/emojibase.mjs is the only reader of the data of emoji.',
  },
  {
    files: ['renderer/ui/qr-code.tsx'],
    may: [...shared, '!react', '!qr'],
    never: [...outsideRenderer, ...allBut()],
    because: 'ui/qr-code.tsx is the only writer of QR codes.',
  },
  {
    files: ['signaling-server/src/**'],
    may: [
      ...shared,
      ...node,
      '!fastify',
      '!fastify-type-provider-zod',
      '!@fastify/**',
      '!@opentelemetry/**',
      '!ipaddr.js',
      '!jose',
      '!@redis/client',
      '!@zxcvbn-ts/**',
      '!pino',
      '!pino-pretty',
      '!pino-roll',
      '!prom-client',
      '!rate-limiter-flexible',
      '!socket.io',
      '!socket.io-adapter',
      '!engine.io',
      '!zod',
    ],
    never: ['../**/shared/**', '../**/electron/**', '../**/renderer/**', '../**/tests/**'],
    because: 'The signaling server imports shared and its own dependencies.',
  },
  {
    files: ['signaling-server/admin/**'],
    may: [
      ...shared,
      '!react',
      '!react-dom',
      '!react-dom/**',
      '!zustand',
      '!zustand/**',
      '!lucide-react',
      '!uplot',
      '!uplot/**',
      '!zod',
    ],
    never: [
      '../**/shared/**',
      '../**/electron/**',
      '../**/renderer/**',
      '../**/tests/**',
      '../**/src/**',
      '!../**/src/answers.ts',
    ],
    because: 'The admin page imports shared, its UI libraries and the schemas of the server’s answers.',
  },
];

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'react', 'jsx-a11y'],
  categories: { correctness: 'error' },
  ignorePatterns: ['bench/join/bare/**', 'bench/calls/bare/**', 'out/**', 'release/**', 'node_modules/**'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/ban-ts-comment': 'error',
    // Code points are what the limits of names and texts count.
    'typescript/no-misused-spread': 'off',
    // Most objects here are made by functions and have no `this` to lose.
    'typescript/unbound-method': 'off',
    'typescript/restrict-template-expressions': 'off',
    // A copy is taken on purpose where listeners may leave while they are called.
    'unicorn/no-useless-spread': 'off',
    // Roles are what tests and screen readers look for; <output> and <fieldset> bring looks and behaviour of their own.
    'jsx-a11y/prefer-tag-over-role': 'off',
    // A form that opens for one answer takes the focus; there is nothing else on those screens.
    'jsx-a11y/no-autofocus': 'off',
    // Live pictures of people have no captions to offer.
    'jsx-a11y/media-has-caption': 'off',
    // The native dialog's own events; its keyboard way is Escape.
    'jsx-a11y/no-noninteractive-element-interactions': 'off',
    // A tablist's tabs take the focus in turn, not the list.
    'jsx-a11y/interactive-supports-focus': 'off',
  },
  overrides: [
    ...table.map(({ files, may, never = [], because }) => ({
      files,
      rules: {
        'no-restricted-imports': [
          'error',
          { patterns: [{ group: ['*', ...may, ...ownFiles, ...never, ...doubles], message: because }] },
        ],
      } as const,
    })),
    {
      files: ['**/*.test.ts', '**/*.test.tsx', '**/vite.config.ts', '**/testing/**'],
      rules: { 'no-restricted-imports': 'off' },
    },
    {
      // Vite makes the default export of an address; the linter looks for it in the file itself.
      files: [
        'renderer/media/processing/{voice-cleaner,background-cover}.ts',
        'renderer/media/listening/browser-evener.ts',
      ],
      rules: { 'import/default': 'off' },
    },
    {
      files: ['shared/**', 'electron/core/**', 'electron/loopback/**'],
      rules: { 'no-restricted-globals': ['error', 'window', 'document', 'navigator', 'localStorage'] },
    },
    {
      files: ['electron/main/**', 'electron/preload/**'],
      rules: {
        'no-restricted-properties': [
          'error',
          { property: 'webSecurity', message: 'Never set: it lets the page do more than the app needs.' },
          {
            property: 'allowRunningInsecureContent',
            message: 'Never set: it lets the page do more than the app needs.',
          },
          { property: 'experimentalFeatures', message: 'Never set: it lets the page do more than the app needs.' },
          { property: 'enableBlinkFeatures', message: 'Never set: it lets the page do more than the app needs.' },
        ],
      },
    },
  ],
});
