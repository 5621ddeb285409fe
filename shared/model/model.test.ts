import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { LIMITS } from '../base/limits.ts';
import { refuseInput } from '../base/outcome.ts';
import { seededBy } from '../testing/test-seed.ts';
import {
  ChatText,
  Cursor,
  DisplayName,
  Entry,
  nameKey,
  nameOf,
  profileFromName,
  RoomName,
  roomNameKey,
  ServerHost,
  Settings,
  SettingsChange,
  Username,
  usernameKey,
  usualSettings,
} from './index.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const refusal = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? undefined : refuseInput(parsed.error).code;
};

describe('a username (V1)', () => {
  it.each(['ab', 'a'.repeat(50), 'Ana-Ribeiro_2', 'Đorđe', '玲奈', 'नमस्ते', 'Zoe\u0308'])('may be %s', (name) => {
    expect(Username.parse(name)).toBe(name.normalize('NFC'));
  });

  it('is trimmed', () => {
    expect(Username.parse('  ada\t')).toBe('ada');
  });

  it.each([
    ['one letter', 'a'],
    ['51 letters', 'a'.repeat(51)],
    ['a blank', 'a b'],
    ['an at', 'a@b'],
    ['nothing', ''],
    ['an emoji', 'ab🌱'],
    ['a number', 7],
    ['an override', 'ab\u202Ecd'],
    ['one letter beyond the first plane', '𐐷'],
    ['51 letters beyond the first plane', '𐐷'.repeat(51)],
    ['letters that are drawn as nothing', '\u3164\u3164'],
    ['marks without a letter', '\u0301\u0301'],
    ['an endless text', 'x'.repeat(100_000)],
  ])('may not be %s', (_, name) => {
    expect(refusal(Username, name)).toBe('username-invalid');
  });

  it('is counted in characters, wherever in Unicode they stand', () => {
    expect(Username.parse('𐐷'.repeat(50))).toBe('𐐷'.repeat(50));
    expect(Username.parse('𐐷𐐷')).toBe('𐐷𐐷');
  });

  it('may stand as the name on a message, whatever it is', () => {
    const unit = fc.constantFrom(...'aZ9-_éß玲न\u0301\u3164\u034F\uFE0F𐐷');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (typed) => {
        const username = Username.safeParse(typed);
        if (username.success) expect(DisplayName.parse(username.data)).toBe(username.data);
      }),
    );
  });

  it('is compared without case, whatever form it was typed in', () => {
    expect(usernameKey('ADA')).toBe(usernameKey('ada'));
    expect(usernameKey('Zoe\u0308')).toBe(usernameKey('ZOË'));
    expect(usernameKey('ａｄａ')).toBe(usernameKey('ada'));
    expect(usernameKey('Groß')).toBe(usernameKey('GROSS'));
    expect(usernameKey('Νίκος')).toBe(usernameKey('ΝΊΚΟΣ'));
    expect(usernameKey('ada')).not.toBe(usernameKey('adam'));
  });

  it('is not another name for a character that nobody sees', () => {
    for (const unseen of ['\u3164', '\u034F', '\uFE0F', '\u115F']) {
      expect(usernameKey(Username.parse(`ada${unseen}`))).toBe(usernameKey('ada'));
    }
  });
});

describe('a name that people see', () => {
  it.each([
    ['the case', 'Alice', 'ALICE'],
    ['the form', 'Zoe\u0308', 'Zoë'],
    ['an unseen character', 'Al\u034Fice', 'Alice'],
    ['an unseen character between a letter and its mark', 'Zoe\u034F\u0308', 'Zoë'],
    ['a variation selector', '☂\uFE0F', '☂'],
    ['two blanks', 'Ana  Lima', 'Ana Lima'],
    ['another blank', 'Ana\u00A0Lima', 'Ana Lima'],
    ['an empty Braille cell', 'Ana\u2800Lima', 'Ana Lima'],
    ['blanks that are left when what nobody sees is gone', 'Alice \u034F', 'Alice'],
  ])('is no other name for %s', (_, name, same) => {
    expect(nameKey(name)).toBe(nameKey(same));
  });

  it('is another one for everything else', () => {
    const keys = ['🦊', '🐻', 'Ana', 'Ana Lima', 'AnaLima', 'Ana-Lima', 'Anä'].map(nameKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a display name (V2)', () => {
  it.each(['A', 'Ana Ribeiro', '👩‍🌾 Ana', 'ا'.repeat(64), '🌱'.repeat(64), 'x'.repeat(64)])('may be %s', (name) => {
    expect(DisplayName.parse(name)).toBe(name);
  });

  it('is brought to NFC and trimmed', () => {
    expect(DisplayName.parse(' Zoe\u0308 ')).toBe('Zoë');
  });

  it.each([
    ['nothing', '   '],
    ['65 characters', 'x'.repeat(65)],
    ['65 emoji', '🌱'.repeat(65)],
    ['a line end', 'a\nb'],
    ['a bell', 'a\u0007b'],
    ['a bidi override', 'a\u202Eb'],
    ['a bidi isolate', 'a\u2066b'],
    ['a zero-width space', 'a\u200Bb'],
    ['half an emoji', 'a\uD83Cb'],
    ['a private character', 'a\uE000b'],
    ['nothing to see: a joiner', '\u200D'],
    ['nothing to see: a filler', '\u3164'],
    ['nothing to see: an empty Braille cell', '\u2800'],
    ['nothing to see: a mark without a letter', '\u0301'],
    ['an endless text', 'x'.repeat(100_000)],
    ['no text', null],
  ])('may not have %s', (_, name) => {
    expect(refusal(DisplayName, name)).toBe('display-name-invalid');
  });

  it('falls back to the username', () => {
    expect(nameOf({ username: 'ada', displayName: null })).toBe('ada');
    expect(nameOf({ username: 'ada', displayName: 'Ada L.' })).toBe('Ada L.');
  });

  it('and a username come out of any one name that is a display name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'grapheme' }), (typed) => {
        if (!DisplayName.safeParse(typed).success && !Username.safeParse(typed).success) return;
        const profile = profileFromName(typed);
        expect(Username.parse(profile.username)).toBe(profile.username);
        expect(nameOf(profile)).toBe(typed.normalize('NFC').trim());
      }),
    );
  });
});

describe('a room’s name (V3)', () => {
  it.each(['ab', 'Garden plans', '🌱🌱', 'x'.repeat(100)])('may be %s', (name) => {
    expect(RoomName.parse(` ${name} `)).toBe(name);
  });

  it.each([
    ['one character', ' x '],
    ['one emoji', '🌱'],
    ['101 characters', 'x'.repeat(101)],
    ['a line end', 'ab\ncd'],
    ['an override', 'ab\u202Ecd'],
    ['a number', 12],
    ['nothing to see', '\u200B\u200B'],
    ['an endless text', 'x'.repeat(100_000)],
  ])('may not be %s', (_, name) => {
    expect(refusal(RoomName, name)).toBe('room-name-invalid');
  });

  it('is compared folded', () => {
    expect(roomNameKey('Ｇarden  PLANS ')).toBe(roomNameKey('garden  plans'));
    expect(roomNameKey('garden')).not.toBe(roomNameKey('gardens'));
  });
});

describe('a message (V4)', () => {
  it('has 1 to 1,000 characters after trimming, emoji count once', () => {
    expect(ChatText.parse('  hi\n')).toBe('hi');
    expect(ChatText.parse('🌱'.repeat(1_000))).toHaveLength(2_000);
    expect(ChatText.parse('a\nb\tc')).toBe('a\nb\tc');
  });

  it.each([
    ['nothing', ' \n '],
    ['1,001 characters', 'x'.repeat(1_001)],
    ['1,001 emoji', '🌱'.repeat(1_001)],
    ['a zero', 'a\u0000b'],
    ['far too much', 'x'.repeat(1e6)],
    ['no text', {}],
  ])('may not be %s', (_, text) => {
    expect(refusal(ChatText, text)).toBe('message-invalid');
  });

  it('keeps markup as the text it is', () => {
    expect(ChatText.parse('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
  });

  it('parses to the same again: what was signed is what is stored', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1_200, unit: 'binary' }), (text) => {
        const once = ChatText.safeParse(text);
        if (once.success) expect(ChatText.parse(once.data)).toBe(once.data);
      }),
    );
  });
});

describe('the model', () => {
  const message = {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    roomId: 'AAAAAAAAAAAAAAAAAAAAAA',
    author: 'A'.repeat(43),
    authorName: 'Ada',
    seq: 1,
    clock: 1,
    sentAt: 0,
    kind: 'text',
    of: null,
    digest: 'A'.repeat(43),
    body: { salt: 'A'.repeat(22), text: 'hi' },
    sig: 'A'.repeat(86),
  };

  it('takes a message as it is', () => {
    expect(Entry.parse(message)).toEqual(message);
  });

  it.each([
    ['seq', 0],
    ['seq', 1.5],
    ['seq', 2 ** 41],
    ['clock', 2 ** 49],
    ['clock', Number.NaN],
    ['sentAt', -1],
    ['sentAt', 8_640_000_000_000_001],
    ['id', 'short'],
    ['author', `${'A'.repeat(42)}B`],
    ['sig', 'A'.repeat(85)],
    ['authorName', 'a\u202Eb'],
  ])('refuses a message whose %s is %s', (field, value) => {
    const parsed = Entry.safeParse({ ...message, [field]: value });
    expect(parsed.success).toBe(false);
    expect(parsed.error && refuseInput(parsed.error).path).toBe(field);
  });

  it('takes a server’s host as an invite carries it', () => {
    for (const host of ['example.org', 'localhost:1', '127.0.0.1:65535', '[::1]:8443', 'a-b.c']) {
      expect(ServerHost.parse(host)).toBe(host);
    }
    for (const host of [
      '',
      'EXAMPLE.org',
      'a/b',
      'a:0',
      'a:123456',
      'https://a',
      'a b',
      '-a',
      'a@b',
      'x'.repeat(300),
    ]) {
      expect(ServerHost.safeParse(host).success, host).toBe(false);
    }
  });

  it('takes a place in a room’s order and nothing else', () => {
    const [author, id] = ['A'.repeat(43), 'A'.repeat(22)];
    expect(Cursor.safeParse(`12.${author}.${id}`).success).toBe(true);
    for (const cursor of ['12', `.${author}.${id}`, `1.${author}`, `1.${id}.${author}`, `1;DROP.${author}.${id}`]) {
      expect(Cursor.safeParse(cursor).success, cursor).toBe(false);
    }
  });

  it('has usual settings that are settings, and changes that name no foreign field', () => {
    expect(Settings.parse(usualSettings)).toEqual(usualSettings);
    expect(SettingsChange.parse({ privacy: { relayOnly: true } })).toEqual({ privacy: { relayOnly: true } });
    expect(SettingsChange.safeParse({ secret: 1 }).success).toBe(false);
    expect(SettingsChange.safeParse({ appearance: { theme: 'pink' } }).success).toBe(false);
  });

  it('has the limits that the rules name', () => {
    expect(LIMITS).toMatchObject({ usernameMax: 50, displayNameMax: 64, roomNameMax: 100, chatTextMax: 1_000 });
    expect(LIMITS).toMatchObject({ spamWindowMs: 10_000, spamMessagesMax: 20, spamIdenticalMax: 5 });
  });
});
