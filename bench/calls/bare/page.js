// The least that a call of several needs: simple-peer, Socket.IO, a picture of everybody and one of oneself. Calls of the app
// are compared with this. Both scripts come before this one and set these names.
const { SimplePeer, io } = window;

const peers = new Map();
const videos = new Map();
let own;
let socket;

function show(label, stream) {
  const video = document.body.appendChild(document.createElement('video'));
  video.autoplay = true;
  video.srcObject = stream;
  video.muted = label === 'own';
  // The frames of the others count.
  if (label !== 'own') video.dataset.label = label;
  videos.set(label, video);
}

function drop(id) {
  peers.get(id)?.destroy();
  peers.delete(id);
  videos.get(id)?.remove();
  videos.delete(id);
}

function open(id, initiator) {
  const peer = new SimplePeer({ initiator, stream: own });
  peers.set(id, peer);
  peer.on('signal', (signal) => socket.emit('signal', id, signal));
  peer.on('stream', (stream) => show(id, stream));
  peer.on('error', () => peer.destroy());
  return peer;
}

const button = document.querySelector('#join');
button.addEventListener('click', async () => {
  button.hidden = true;
  own = await navigator.mediaDevices.getUserMedia({
    video: { width: 640, height: 360, frameRate: { ideal: 30, max: 30 } },
    audio: true,
  });
  show('own', own);
  socket = io({ transports: ['websocket'], forceNew: true });
  socket.on('joined', (id) => open(id, true));
  socket.on('left', drop);
  socket.on('signal', (id, signal) => (peers.get(id) ?? open(id, false)).signal(signal));
});

window.leave = () => {
  socket.disconnect();
  for (const id of [...peers.keys()]) drop(id);
  drop('own');
  for (const track of own.getTracks()) track.stop();
  button.hidden = false;
};
