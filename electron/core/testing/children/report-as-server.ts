// Behaves towards its parent as the signaling server does, and as PORT says: 1 has the port taken, 2 ends at once,
// 3 crashes after it listened, anything else listens until it is told to end.
const port = Number(process.env.PORT);
if (port === 1) process.send?.({ type: 'failed', code: 'port-in-use' }, () => process.exit(1));
else if (port === 2) process.exit(3);
else {
  process.send?.({ type: 'hello', what: 'something else first' });
  process.send?.({ type: 'listening', port: port === 0 ? 40_001 : port }, () => {
    if (port === 3) process.exit(1);
  });
  process.on('disconnect', () => process.exit(0));
}
