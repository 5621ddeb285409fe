import type { MenuItemConstructorOptions } from 'electron';

/**
 * The application's menu. macOS takes its editing shortcuts from there; elsewhere the page has all it needs and a menu
 * would only be in the way.
 */
export const menuTemplate = (platform: string): MenuItemConstructorOptions[] | null =>
  platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] : null;
