import type { Server } from '@parley/shared/model';
import { refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { lostRightWords, refusalWithAdvice, removalWords, serverNameOf, serverWords } from './server-words.ts';

const server = (more: Partial<Server> = {}): Server => ({
  host: 'parley.studio.example',
  name: null,
  own: false,
  right: { at: 'none' },
  rooms: 0,
  check: null,
  ...more,
});
const off = { at: 'off' } as const;
const failed = { at: 'failed', code: 'server-unreachable', message: 'No answer.', checkedAt: 1 } as const;

describe('a server in words', () => {
  it('says a lost right before anything else, with the way on', () => {
    const lost = server({ right: { at: 'lost', kind: 'token', code: 'access-revoked' } });
    const { tone, sentence } = serverWords(lost, off, [{ at: 'online' }]);
    expect(tone).toBe('trouble');
    expect(sentence).toContain('took your invitation back');
    expect(sentence).toContain('a new one');
    expect(lostRightWords({ at: 'lost', kind: 'password', code: 'access-refused' })).toContain('the new one');
    expect(lostRightWords({ at: 'lost', kind: 'token', code: 'access-expired' })).toContain('has ended');
  });

  it('is connected when one of its rooms is, and not when only an old check was good', () => {
    expect(serverWords(server({ check: failed }), off, [{ at: 'online' }]).sentence).toBe('Connected');
    const check = {
      at: 'ok',
      version: '1',
      access: 'open',
      relay: true,
      listedRooms: true,
      roundTripMs: 3,
      checkedAt: 1,
    } as const;
    const refused = { at: 'refused', refusal: refuse('server-unreachable'), remedy: 'wait', retryAt: null } as const;
    expect(serverWords(server({ check }), off, [refused]).tone).toBe('trouble');
  });

  it('says what to check: in a network, at the invite of another computer, on the internet', () => {
    const unreachable = refuse('server-unreachable');
    expect(refusalWithAdvice(unreachable, '192.168.4.20:7420')).toMatch(/same network.*Parley is open.*firewall/);
    expect(refusalWithAdvice(unreachable, '127.0.0.1:7420')).toContain('ask for a new invite');
    expect(refusalWithAdvice(unreachable, 'parley.example')).toContain('connection to the internet');
    expect(refusalWithAdvice(refuse('server-busy'), 'parley.example')).toBe(refuse('server-busy').message);
  });

  it('is called by the name that the person gave it, and only the own one is this computer', () => {
    const servers = [
      server({ host: '127.0.0.1:7420', own: true }),
      server({ host: '127.0.0.1:9000', name: 'Choir' }),
      server({ host: '127.0.0.1:9001' }),
    ];
    expect(serverNameOf(servers, '127.0.0.1:7420')).toBe('this computer');
    expect(serverNameOf(servers, '127.0.0.1:9000')).toBe('Choir');
    expect(serverNameOf(servers, '127.0.0.1:9001')).toBe('127.0.0.1:9001');
    expect(serverNameOf(servers, 'parley.example')).toBe('parley.example');
    expect(serverNameOf([], '127.0.0.1:7420')).toBe('this computer');
  });

  it('says what a removal means for one room, for several and for none', () => {
    expect(removalWords(server())).toBe('No room on this computer uses it.');
    expect(removalWords(server({ rooms: 1 }))).toContain('nobody can reach you in it until you add the server again');
    expect(removalWords(server({ rooms: 3 }))).toContain('3 rooms use it. They keep their messages');
  });
});
