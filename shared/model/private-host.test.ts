import { describe, expect, it } from 'vitest';
import { isLoopbackHost, isPrivateHost } from './private-host.ts';

describe('a host', () => {
  it.each([
    ['localhost:1', true],
    ['127.0.0.1', true],
    ['10.1.2.3:80', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.168.0.9', true],
    ['169.254.1.1', true],
    ['printer.local', true],
    ['[fd00::1]:80', true],
    ['[fe80::1]', true],
    ['[2001:db8::1]:443', false],
    ['8.8.8.8', false],
    ['example.org:8443', false],
    // Names that begin like an address belong to whoever registered them.
    ['10.example.org', false],
    ['127.0.0.1.example.org', false],
    ['192.168.0.1.evil.example', false],
    ['10.1.2', false],
    ['10.1.2.300', false],
    ['127.0.0.1.1', false],
    ['a.localhost:9', true],
    ['[::1]:9', true],
    ['localhost.example.org', false],
    ['fd00.example.org', false],
  ])('knows whether %s is this computer or its network: %s', (host, expected) => {
    expect(isPrivateHost(host)).toBe(expected);
  });

  it.each([
    ['localhost:7350', true],
    ['127.0.0.1:1', true],
    ['127.1.2.3', true],
    ['[::1]:9', true],
    ['a.localhost', true],
    ['192.168.0.9', false],
    ['printer.local', false],
    ['[fd00::1]', false],
    // These belong to somebody else, and must not be called 'this computer'.
    ['localhost.example.org', false],
    ['127.example.org', false],
    ['127.0.0.1.example.org', false],
    ['notlocalhost', false],
  ])('knows whether %s is the computer that reads it: %s', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected);
  });
});
