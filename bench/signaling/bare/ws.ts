import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from './announce.ts';

/** The same relay on `ws` alone: JSON in, a map of rooms, JSON out, an answer to every call. Nothing is checked. */
type Message =
  | { type: 'join'; call: number; room: string }
  | { type: 'signal'; call: number; to: string; id: string; box: string };

const http = createServer((_request, response) => response.end('ok'));
const server = new WebSocketServer({ server: http });
const sockets = new Map<string, WebSocket>();
const rooms = new Map<string, Set<string>>();

server.on('connection', (socket) => {
  const own = randomUUID();
  let place: string | undefined;
  sockets.set(own, socket);
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Message;
    if (message.type === 'join') {
      place = message.room;
      const there = rooms.get(place) ?? new Set();
      rooms.set(place, there);
      const others = [...there];
      for (const other of others) sockets.get(other)?.send(JSON.stringify({ type: 'joined', id: own }));
      there.add(own);
      socket.send(JSON.stringify({ type: 'answer', call: message.call, ok: true, value: { id: own, others } }));
    } else {
      const { to, id, box } = message;
      sockets.get(to)?.send(JSON.stringify({ type: 'signal', from: own, id, box }));
      socket.send(JSON.stringify({ type: 'answer', call: message.call, ok: true, value: { handedTo: 1 } }));
    }
  });
  socket.on('close', () => {
    sockets.delete(own);
    if (place === undefined) return;
    const there = rooms.get(place);
    there?.delete(own);
    if (there?.size === 0) rooms.delete(place);
  });
});

await announce(http);
