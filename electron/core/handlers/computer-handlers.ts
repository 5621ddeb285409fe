import type { ComputersPort } from '../computers/computers.ts';
import type { HandlersOf } from '../router.ts';

/** The several computers of one person. */
export function computerHandlers(computers: ComputersPort): HandlersOf<'computers'> {
  return {
    'computers.state': () => computers.state(),
    'computers.remove': ({ device }) => computers.remove(device),
    'computers.leave': () => computers.leave(),
    'computers.ask': ({ person, name }) => computers.ask(person, name),
    'computers.welcome': ({ ask }, page) => computers.welcome(ask, page),
    'computers.part': async ({ index }) => ({ part: await computers.part(index) }),
    'computers.stop-giving': ({ failed }) => computers.stopGiving(failed),
    'computers.take-welcome': async ({ welcome }) => {
      await computers.takeWelcome(welcome);
      return {};
    },
    'computers.take-part': async ({ index, part }) => {
      await computers.takePart(index, part);
      return {};
    },
    'computers.finish': async () => {
      await computers.finish();
      return {};
    },
    'computers.begin': () => {
      computers.begin();
      return {};
    },
    'computers.stop-getting': () => {
      computers.stopGetting();
      return {};
    },
    'computers.own': async () => ({ messages: await computers.own() }),
    'computers.take-own': async ({ by, ...things }) => {
      await computers.takeOwn(by, things);
      return {};
    },
    'computers.in-room': ({ roomId, only }) => computers.inRoom(roomId, only),
    'computers.learn': async (heard) => {
      await computers.learn(heard);
      return {};
    },
  };
}
