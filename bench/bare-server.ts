import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Server, type Socket } from 'socket.io';
import { REPOSITORY } from '../tests/support/repository.ts';

/** A page of simple-peer and Socket.IO, and the server that introduces its visitors to each other. */
export interface BareServer {
  readonly url: string;
  readonly io: Server;
  close(): Promise<void>;
}

/** Serves `index.html` and `page.js` of a folder of the repository on 127.0.0.1, with the two libraries beside them. */
export async function openBareServer(
  folder: string,
  connected: (socket: Socket, io: Server) => void,
): Promise<BareServer> {
  const files: Readonly<Record<string, string>> = {
    '/': `${folder}/index.html`,
    '/page.js': `${folder}/page.js`,
    '/simplepeer.min.js': 'node_modules/simple-peer/simplepeer.min.js',
    '/socket.io.min.js': 'node_modules/socket.io-client/dist/socket.io.min.js',
  };
  const http = createServer((request, response) => {
    const path = request.url ?? '/';
    const file = files[path];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const type = path === '/' ? 'text/html' : 'text/javascript';
    void readFile(join(REPOSITORY, file)).then((bytes) => response.writeHead(200, { 'content-type': type }).end(bytes));
  });
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => connected(socket, io));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, io, close: () => io.close() };
}
