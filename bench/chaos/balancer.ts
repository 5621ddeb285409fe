import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Balancer {
  readonly port: number;
  /** Where new connections may go from now on. */
  use(ports: readonly number[]): void;
  close(): void;
}

/** A proxy before several nodes: hands each new connection to the next node, and to another if that one refuses. */
export function startBalancer(): Promise<Balancer> {
  let targets: readonly number[] = [];
  let turn = 0;
  const open = new Set<Socket>();
  const forward = (client: Socket, attempts: number): void => {
    const port = targets[turn++ % Math.max(1, targets.length)];
    if (port === undefined || attempts === 0) {
      client.destroy();
      return;
    }
    const node = connect(port, '127.0.0.1');
    open.add(node);
    node.once('connect', () => {
      client.pipe(node);
      node.pipe(client);
    });
    let settled = false;
    node.once('error', () => {
      settled = true;
      open.delete(node);
      if (node.bytesRead === 0 && !client.destroyed && node.connecting) forward(client, attempts - 1);
      else client.destroy();
    });
    node.once('close', () => {
      open.delete(node);
      if (!settled) client.destroySoon();
    });
    client.once('close', () => node.destroy());
  };
  const server: Server = createServer({ allowHalfOpen: false }, (client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    forward(client, 4);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        use: (ports) => {
          targets = ports;
        },
        close: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}
