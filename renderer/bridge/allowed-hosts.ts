import { ServerHost } from '@parley/shared/model';

const META_NAME = 'parley-connect-hosts';

/**
 * The signaling hosts that this page's content security policy lets it connect to, as the host wrote them into the
 * page. Null where the page says nothing: then nothing is known to be refused.
 */
export function allowedHosts(document: Document): readonly ServerHost[] | null {
  const content = document.querySelector(`meta[name="${META_NAME}"]`)?.getAttribute('content');
  if (content === null || content === undefined) return null;
  return content.split(/[\s,]+/).flatMap((text) => {
    const host = ServerHost.safeParse(text);
    return host.success ? [host.data] : [];
  });
}
