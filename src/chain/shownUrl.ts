/**
 * An endpoint as errors and logs name it. Hosted ones carry the key to somebody's account in the user, path or query, and
 * what a daemon says is kept and passed on.
 */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname, search, username } = new URL(url);
  const isAllSaid = pathname === '/' && search === '' && username === '';
  return `${protocol}//${host}${isAllSaid ? '' : '/…'}`;
}
