export type ToolName =
  | 'chromium'
  | 'ffmpeg'
  | 'alsa-utils'
  | 'xvfb'
  | 'xdotool'
  | 'sqlite3'
  | 'redis-server'
  | 'coturn'
  | 'prometheus'
  | 'nginx'
  | 'systemd'
  | 'aiortc'
  | 'aiohttp'
  | 'strace'
  | 'openssl'
  | 'nftables'
  | 'fonts';
export const TOOLS: Record<ToolName, { package: string; programs?: string[]; files?: string[] }>;
export function findTool(name: ToolName): string | undefined;
export function installTools(names?: readonly ToolName[]): { name: ToolName; sentence: string }[];
