// For the bundled server, which runs as it is shipped: without the part of Node that strips types, and so without TypeScript in here.
process.on('message', (asked) => {
  if (asked?.ask !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ type: 'usage', cpuMs: (user + system) / 1_000, rssBytes: rss, heapBytes: heapUsed });
});
