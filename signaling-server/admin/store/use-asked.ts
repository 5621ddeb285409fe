import { useCallback, useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import type { Answer, Failure } from './api.ts';
import { useAdmin, useAdminState } from './react.tsx';

export type Asked<T> = {
  /** As it was at the last look that was answered; undefined before. */
  value: T | undefined;
  /** Why the last look was refused. The page's banner tells of a server that does not answer at all. */
  failure: Failure | undefined;
  /** The server has no such thing; it is not asked again. */
  absent: boolean;
  look: () => Promise<void>;
  /** Waits for what was asked to end something in the list, looks again and says what came of it. Gone already is gone. */
  end: (ending: Promise<Answer<null>>, words: { done: string; gone: string }) => Promise<Answer<null>>;
};

/** The data that a section shows beside the overview: asked for with every overview, and at once when `path` is another. */
export function useAsked<T>(path: string, schema: z.ZodType<T>): Asked<T> {
  const admin = useAdmin();
  const lookedAt = useAdminState(({ session }) => (session.at === 'in' ? session.lookedAt : 0));
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<Failure>();
  const [absent, setAbsent] = useState(false);
  /** Answers to what was asked before this changed are not listened to. */
  const turn = useRef(0);

  const look = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    return admin.ask(path, schema).then((answer) => {
      if (mine !== turn.current) return;
      if (answer.ok) setValue(answer.value);
      else if (answer.absent) setAbsent(true);
      setFailure(answer.ok || answer.absent || answer.why !== 'refused' ? undefined : answer);
    });
  }, [admin, path, schema]);

  useEffect(() => {
    if (lookedAt > 0 && !absent) void look();
  }, [absent, look, lookedAt]);

  const end: Asked<T>['end'] = async (ending, { done, gone }) => {
    const answer = await ending;
    const wasGone = !answer.ok && answer.absent === true;
    await look();
    if (answer.ok) admin.say(done);
    else admin.say(wasGone ? gone : answer.sentence);
    return wasGone ? { ok: true, value: null } : answer;
  };
  return { value, failure, absent, look, end };
}
