import { describe, expect, it } from 'vitest';
import { StreamReports } from './stream-reports.ts';

describe('stream reports', () => {
  it('tell of changes only, and of everything that is live when the seat is new', () => {
    const said: string[] = [];
    const reports = new StreamReports((kind, live) => said.push(`${live ? 'start' : 'stop'} ${kind}`));
    reports.update({ camera: true, microphone: true, screen: false }, false);
    reports.update({ camera: true, microphone: true, screen: false }, false);
    expect(said.splice(0)).toEqual(['start camera', 'start microphone']);
    reports.update({ camera: false, microphone: true, screen: false }, true);
    expect(said).toEqual(['stop camera', 'start microphone']);
  });
});
