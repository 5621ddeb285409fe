import type { Session, WebContents } from 'electron';
import { ORIGIN } from './window-options.ts';

/** What our own page may ask for; everything else is denied, and everything to everybody else. */
const ALLOWED: ReadonlySet<string> = new Set([
  'media',
  'display-capture',
  'fullscreen',
  'notifications',
  'clipboard-sanitized-write',
  'speaker-selection',
]);

/** The origin of a URL, also of our own scheme, for which `URL.origin` is "null". */
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
>;

/** Installs all four handlers; deny is what happens unless one of them says otherwise. */
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
  session.setDisplayMediaRequestHandler(
    (request, callback) => {
      if (originOf(request.securityOrigin) !== ORIGIN || !request.userGesture) return callback({});
      chooseSource().then(
        (source) => callback(source ? { video: source } : {}),
        () => callback({}),
      );
    },
    // Where the system has a picker of its own (macOS, Wayland), one dialog is enough.
    { useSystemPicker: true },
  );
}
