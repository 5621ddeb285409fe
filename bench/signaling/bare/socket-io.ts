import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { announce } from './announce.ts';

/**
 * The relay that people write with Socket.IO in an afternoon: rooms are Socket.IO's own, a signal goes to one socket by
 * its id, and every call is acknowledged. Nothing is checked, counted, limited or logged. WebSocket only; everything
 * else is the library's default.
 *
 * The target is looked up and emitted to directly, which is the faster of the two usual ways; with RELAY=to it is
 * `io.to(id).emit`, which most examples show.
 */
type Reply = (answer: unknown) => void;
type Signal = { to: string; id: string; box: string };

const viaRoom = process.env.RELAY === 'to';
const http = createServer((_request, response) => response.end('ok'));
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  socket.on('join', async (room: string, reply: Reply) => {
    const others = [...(io.sockets.adapter.rooms.get(room) ?? [])];
    await socket.join(room);
    socket.to(room).emit('joined', { id: socket.id });
    reply({ ok: true, value: { id: socket.id, others } });
  });
  socket.on('signal', ({ to, id, box }: Signal, reply: Reply) => {
    if (viaRoom) io.to(to).emit('signal', { from: socket.id, id, box });
    else io.sockets.sockets.get(to)?.emit('signal', { from: socket.id, id, box });
    reply({ ok: true, value: { handedTo: 1 } });
  });
});

await announce(http);
