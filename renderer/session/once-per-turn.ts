/** Runs `act` once at the end of this turn, however often it is requested until then. */
export function oncePerTurn(act: () => void): () => void {
  let queued = false;
  return () => {
    if (queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      act();
    });
  };
}
