/**
 * Runs the signaling server in Electron's utility process. The server talks to its parent as a child of plain Node
 * does; here the parent is reached through a port, and this file puts the one in the other's place.
 */
const port = process.parentPort;

process.send = (message: unknown) => {
  port.postMessage(message);
  return true;
};
Object.defineProperty(process, 'connected', { value: true });
// Nothing but the port keeps this process alive: letting go of the parent is ending.
process.disconnect = () => process.exit();

// A name of the build, which the bundler must leave alone.
const server = new URL('../signaling-server/main.js', import.meta.url).href;
await import(/* @vite-ignore */ server);

export {};
