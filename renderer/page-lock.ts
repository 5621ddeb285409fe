const NAME = 'parley-window';
/** Set by a page that is loaded anew in order to take over. */
const TAKES_OVER = 'parley-takes-over';

export type PageLockPorts = {
  locks: Pick<LockManager, 'request'>;
  /** Lives as long as the window. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  reload: () => void;
  /** Parley is used in this window from now on. Once. */
  here: () => void;
  /** Parley is used in another window; also after it was used here. */
  elsewhere: () => void;
};

/**
 * Lets one window of a profile be used at a time: two of them would fight for the seats in rooms, and for the camera. A second window
 * waits until the first is closed, or takes over when the person wants that. The browser frees the lock of a window that is closed,
 * loaded anew or has crashed. asking → here → elsewhere;  asking → elsewhere → here
 */
export function openPageLock({ locks, storage, reload, here, elsewhere }: PageLockPorts): { takeOver(): void } {
  let wasHere = false;
  const hold = (): Promise<void> => {
    // What was closed here is opened anew with the page.
    if (wasHere) reload();
    else {
      wasHere = true;
      // Apart: what fails there says nothing about the lock.
      queueMicrotask(here);
    }
    return new Promise(() => {});
  };
  const leave = (): void => {
    elsewhere();
    void locks.request(NAME, hold).catch(stolen);
  };
  /** Another window took the lock. A browser that gives none at all has one window. */
  const stolen = (reason: unknown): void => {
    if (reason instanceof DOMException && reason.name === 'AbortError') leave();
    else if (!wasHere) void hold();
  };
  const takesOver = storage.getItem(TAKES_OVER) !== null;
  storage.removeItem(TAKES_OVER);
  if (takesOver) void locks.request(NAME, { steal: true }, hold).catch(stolen);
  else
    void locks
      .request(NAME, { ifAvailable: true }, (lock) => {
        if (lock) return hold();
        leave();
        return undefined;
      })
      .catch(stolen);
  return {
    takeOver() {
      storage.setItem(TAKES_OVER, 'yes');
      reload();
    },
  };
}
