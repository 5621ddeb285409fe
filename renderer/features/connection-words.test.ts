import { ServerHost } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { protectionSentence } from './connection-words.ts';

const host = ServerHost.parse('calls.example.org');
const room = { host, mine: true, needsPassphrase: false, listed: false, wasListed: false };

describe('the sentence about listeners', () => {
  it('is that the server cannot only where it never got the secret of the room', () => {
    expect(protectionSentence(room)).toContain('the server cannot listen.');
    for (const given of [{ listed: true, wasListed: true }, { wasListed: true }])
      expect(protectionSentence({ ...room, ...given })).toContain('operator could listen');
  });

  it('is no promise to a member, whom nobody tells whether the room was on a list', () => {
    expect(protectionSentence({ ...room, mine: false })).toContain('cannot listen, unless');
  });

  it('is that the server cannot where a passphrase keeps it out, listed or not', () => {
    for (const given of [{}, { listed: true, wasListed: true }, { wasListed: true }])
      expect(protectionSentence({ ...room, ...given, needsPassphrase: true })).not.toContain('operator could listen');
  });
});
