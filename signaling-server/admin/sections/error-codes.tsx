import { ErrorCode, sentenceOf } from '@parley/shared/protocol';
import { useOverview } from '../store/react.tsx';
import { Card, Nothing } from '../ui/card.tsx';
import { CountTable } from './count-table.tsx';
import styles from './lists.module.css';

/** The codes that clients were refused with, and the sentence that they read. */
export function ErrorCodes() {
  const { errors } = useOverview().metrics;
  return (
    <Card title="Errors" aside="since the server started">
      {Object.keys(errors).length === 0 ? (
        <Nothing>Nothing has been refused.</Nothing>
      ) : (
        <CountTable
          label="Errors by code"
          heading="Code and what people read"
          counts={errors}
          before={(totals) => totals.errors}
          name={(code) => (
            <>
              <span className={styles.mono}>{code}</span>
              <span className={styles.soft}>{sentenceFor(code)}</span>
            </>
          )}
        />
      )}
    </Card>
  );
}

/** A newer server may know codes that this page does not. */
export function sentenceFor(code: string): string {
  const known = ErrorCode.safeParse(code);
  return known.success ? sentenceOf(known.data) : 'This page does not know that code.';
}
