// The least that a call needs: simple-peer, Socket.IO and nothing else. No sealing, no identity, no history.
// The app's way into a call is compared with this. Both scripts come before this one and set these names.
const { SimplePeer, io } = window;

const own = navigator.mediaDevices.getUserMedia({ video: true, audio: true });
const socket = io({ autoConnect: false, transports: ['websocket'] });
const other = document.body.appendChild(document.createElement('video'));
other.autoplay = true;
let peer;

async function open(initiator) {
  peer?.destroy();
  const made = new SimplePeer({ initiator, stream: await own });
  peer = made;
  made.on('signal', (signal) => socket.emit('signal', signal));
  made.on('stream', (stream) => {
    other.srcObject = stream;
  });
  made.on('error', () => made.destroy());
  return made;
}

// The peers that are there call the newcomer.
let opening = Promise.resolve();
const inOrder = (task) => {
  opening = opening.then(task);
};
socket.on('joined', () => inOrder(() => open(true)));
socket.on('left', () => inOrder(() => peer?.destroy()));
socket.on('signal', (signal) =>
  inOrder(async () => {
    if (!peer || peer.destroyed) await open(false);
    peer.signal(signal);
  }),
);

const button = document.querySelector('#join');
button.addEventListener('click', () => socket.connect());
own.then(() => {
  button.disabled = false;
});
window.leave = () => {
  socket.disconnect();
  peer?.destroy();
  peer = undefined;
};
