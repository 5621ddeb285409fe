// The host without Electron. The check comes first: the database's native code crashes older versions instead of
// failing, so nothing of it may be loaded before.
if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error('Parley needs Node 22 or newer here; start it with npm start.');
  process.exit(1);
}

const { run } = await import('./run.ts');
process.exit(await run(process.argv.slice(2)));

export {};
