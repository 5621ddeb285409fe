import type { Session, WebContents } from 'electron';
import { ORIGIN } from './window-options.ts';

/** The permissions that our own page may ask for; everything else is denied, and everything to everybody else. */
const ALLOWED: ReadonlySet<string> = new Set([
  'media',
  'display-capture',
  'fullscreen',
  'notifications',
  'clipboard-sanitized-write',
  'speaker-selection',
  // Chromium asks these before a page may reach this computer or the network around it, as calls do. The page's content
  // security policy leaves it no other way there.
  'local-network-access',
  'local-network',
  'loopback-network',
]);

/** The origin of a URL, also of our own scheme, for which `URL.origin` is "null". Empty for what is no URL. */
export function originOf(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return '';
  }
}

type Asked = { permission: string; origin: string; isMainFrame: boolean; isOurWindow: boolean };

/** Whether a permission may be had: a known one, by the top frame of our page in our window. */
export const mayHave = ({ permission, origin, isMainFrame, isOurWindow }: Asked): boolean =>
  ALLOWED.has(permission) && originOf(origin) === ORIGIN && isMainFrame && isOurWindow;

/** Which screens and windows there are, and what the person chose. Null cancels. */
export type ChooseSource = () => Promise<{ id: string; name: string } | null>;

type PermissionSession = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setBluetoothPairingHandler'
>;

/** Installs every handler there is; deny is what happens unless one of them says otherwise. */
export function installPermissions(
  session: PermissionSession,
  isOurs: (contents: WebContents | null) => boolean,
  chooseSource: ChooseSource,
): void {
  session.setPermissionRequestHandler((contents, permission, callback, details) => {
    callback(
      mayHave({
        permission,
        origin: details.requestingUrl,
        isMainFrame: details.isMainFrame,
        isOurWindow: isOurs(contents),
      }),
    );
  });
  session.setPermissionCheckHandler((contents, permission, requestingOrigin, details) =>
    mayHave({ permission, origin: requestingOrigin, isMainFrame: details.isMainFrame, isOurWindow: isOurs(contents) }),
  );
  session.setDevicePermissionHandler(() => false);
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  session.setDisplayMediaRequestHandler(
    (request, callback) => {
      const isOurPage =
        request.frame !== null && request.frame.parent === null && originOf(request.securityOrigin) === ORIGIN;
      if (!isOurPage || !request.userGesture) return callback(null);
      chooseSource().then(
        (source) => callback(source === null ? null : { video: source }),
        () => callback(null),
      );
    },
    // Where the system has a picker of its own (macOS 15), one dialog is enough.
    { useSystemPicker: true },
  );
}
