import { CircleAlert } from 'lucide-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import styles from './sign-in.module.css';
import { useAdmin, useAdminState, useNow } from './store/react.tsx';
import { Button } from './ui/button.tsx';
import { Logo } from './ui/logo.tsx';
import { formatWait } from './words.ts';

/** One field: the token that the server was started with. */
export function SignIn() {
  const admin = useAdmin();
  const session = useAdminState((state) => state.session);
  const [token, setToken] = useState('');
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const now = useNow();
  // There is nothing else on this screen, and whoever just signed out is back at its beginning.
  useEffect(() => field.current?.focus(), []);
  const failure = session.at === 'signed-out' ? session.failure : undefined;
  const waitMs = session.at === 'signed-out' ? Math.max(0, (session.mayTryAt ?? 0) - now) : 0;
  const busy = session.at === 'signing-in';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && waitMs === 0 && token.trim() !== '') void admin.signIn(token);
  };

  return (
    <main className={styles.screen}>
      <form className={styles.box} onSubmit={submit} aria-labelledby={`${id}-title`}>
        <Logo size={40} />
        <div>
          <h1 id={`${id}-title`}>Parley server</h1>
          <p className={styles.soft}>Sign in to see how it is doing.</p>
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-token`}>Admin token</label>
          <input
            id={`${id}-token`}
            type="password"
            autoComplete="current-password"
            autoCapitalize="off"
            spellCheck={false}
            ref={field}
            required
            value={token}
            onChange={(event) => setToken(event.target.value)}
            aria-invalid={failure?.why === 'token' || undefined}
            aria-describedby={failure ? `${id}-failure ${id}-hint` : `${id}-hint`}
          />
          <div role="alert" id={`${id}-failure`} className={styles.failure}>
            {failure ? (
              <>
                <CircleAlert aria-hidden="true" />
                <span>{failure.sentence}</span>
              </>
            ) : null}
          </div>
          {waitMs > 0 ? (
            <p className={styles.wait}>
              You can try again in <strong>{formatWait(waitMs)}</strong>.
            </p>
          ) : null}
          <p id={`${id}-hint`} className={styles.hint}>
            The value of <code>ADMIN_TOKEN</code> that the server was started with. This tab keeps it until it is closed
            or you sign out.
          </p>
        </div>
        <Button type="submit" look="primary" busy={busy} disabled={waitMs > 0}>
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
