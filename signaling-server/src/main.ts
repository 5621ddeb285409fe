import './stop-signals.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 16)) {
  console.error(
    'The Parley signaling server needs Node.js 22.16 or newer. In a checkout, npm run server brings it along.',
  );
  process.exit(1);
}

// Loaded only now: older versions cannot even read what comes next.
const { run } = await import('./run.ts');
await run(process.argv.slice(2));
