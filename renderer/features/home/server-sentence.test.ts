import type { EmbeddedServerState, Server } from '@parley/shared/model';
import { refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { homeWords } from './server-sentence.tsx';

const running: EmbeddedServerState = { at: 'running', host: '127.0.0.1:7420', lanHosts: [] };
const studio: Server = {
  host: 'parley.studio.example',
  name: 'Studio',
  own: false,
  right: { at: 'none' },
  rooms: 1,
  check: null,
};

describe('the home server on Home', () => {
  it('never promises new rooms on a server that does not answer, and says what to do', () => {
    const refused = { at: 'refused', refusal: refuse('server-unreachable'), remedy: 'wait', retryAt: null } as const;
    const failed = { at: 'failed', code: 'server-unreachable', message: 'No answer.', checkedAt: 1 } as const;
    for (const words of [homeWords(studio, running, [refused]), homeWords({ ...studio, check: failed }, running, [])]) {
      expect(words.tone).toBe('trouble');
      expect(words.sentence).toMatch(/Studio, which cannot be used now.*does not answer.*Check the address/);
    }
    expect(homeWords(studio, running, []).sentence).toBe('Asking Studio…');
    expect(homeWords(studio, running, [{ at: 'connecting' }]).sentence).toBe('Asking Studio…');
  });

  it('says where new rooms are made once it answers', () => {
    expect(homeWords(studio, running, [{ at: 'online' }])).toEqual({
      tone: 'good',
      sentence: 'Connected to Studio, where new rooms are made.',
    });
  });

  it('speaks of this computer where no other server was chosen', () => {
    expect(homeWords(undefined, running, []).sentence).toContain('When you invite people');
    const failed = { at: 'failed', code: 'port-in-use', message: 'That port is taken.' } as const;
    expect(homeWords(undefined, failed, []).sentence).toContain('That port is taken.');
    expect(homeWords(undefined, { at: 'off' }, []).sentence).toContain('add a server');
  });
});
