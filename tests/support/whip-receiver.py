"""A WHIP receiver (RFC 9725) on aiortc, which decodes what it gets, for the tests.

python3 whip-receiver.py PORT [KEY]

It prints its port once it listens (0 takes any free one). POST /whip begins a session, DELETE /sessions/<n> ends it. GET /state tells what was
decoded; GET /strip?x=&y=&width=&height=&cells= the brightness along a strip of the newest picture.
"""

import asyncio
import sys

from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError


class Receiver:
    def __init__(self, key):
        self.key = key
        self.sessions = {}
        self.begun = 0
        self.ended = 0
        self.frames = 0
        self.sounds = 0
        self.loudest = 0
        self.newest = None

    def may(self, request):
        return self.key is None or request.headers.get("Authorization") == f"Bearer {self.key}"

    async def begin(self, request):
        if not self.may(request):
            return web.Response(status=401)
        if request.content_type != "application/sdp":
            return web.Response(status=415)
        connection = RTCPeerConnection()

        @connection.on("track")
        def on_track(track):
            asyncio.ensure_future(self.watch(track))

        await connection.setRemoteDescription(RTCSessionDescription(sdp=await request.text(), type="offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        self.begun += 1
        name = str(self.begun)
        self.sessions[name] = connection
        return web.Response(
            status=201,
            content_type="application/sdp",
            headers={"Location": f"/sessions/{name}"},
            text=connection.localDescription.sdp,
        )

    async def watch(self, track):
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    self.frames += 1
                    self.newest = frame
                else:
                    self.sounds += 1
                    self.loudest = max(self.loudest, int(abs(frame.to_ndarray().astype("int32")).max()))
        except MediaStreamError:
            pass

    async def end(self, request):
        connection = self.sessions.pop(request.match_info["name"], None)
        if connection is None or not self.may(request):
            return web.Response(status=404)
        await connection.close()
        self.ended += 1
        return web.Response()

    async def state(self, _):
        size = None if self.newest is None else {"width": self.newest.width, "height": self.newest.height}
        return web.json_response(
            {
                "begun": self.begun,
                "ended": self.ended,
                "open": len(self.sessions),
                "frames": self.frames,
                "sounds": self.sounds,
                "loudest": self.loudest,
                "size": size,
            }
        )

    async def strip(self, request):
        """Brightness (0 to 255) of equal cells of a strip, whose place is told in parts of the picture's width and height."""
        if self.newest is None:
            return web.json_response([])
        grey = self.newest.to_ndarray(format="gray")
        rows, columns = grey.shape
        part = {name: float(request.query[name]) for name in ("x", "y", "width", "height")}
        cells = int(request.query["cells"])
        top, bottom = round(part["y"] * rows), round((part["y"] + part["height"]) * rows)
        row = grey[top : max(bottom, top + 1)].mean(axis=0)
        edges = [round((part["x"] + part["width"] * cell / cells) * columns) for cell in range(cells + 1)]
        return web.json_response([float(row[left:right].mean()) for left, right in zip(edges, edges[1:])])

    async def close(self, _):
        await asyncio.gather(*(connection.close() for connection in self.sessions.values()))


async def main(port, key):
    receiver = Receiver(key)
    app = web.Application()
    app.router.add_post("/whip", receiver.begin)
    app.router.add_delete("/sessions/{name}", receiver.end)
    app.router.add_get("/state", receiver.state)
    app.router.add_get("/strip", receiver.strip)
    app.on_shutdown.append(receiver.close)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
