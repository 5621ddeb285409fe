import { findTool, installTools, type ToolName } from './install-tools.mjs';

/**
 * Path of a program or file that is needed beside Node. Installs it on Debian as root, saying so; throws with a
 * plain sentence where that is not possible.
 */
export function requireTool(name: ToolName): string {
  const found = findTool(name);
  if (found !== undefined) return found;
  const [missing] = installTools([name]);
  const installed = findTool(name);
  if (installed !== undefined) return installed;
  throw new Error(missing?.sentence ?? `${name} is missing.`);
}
