import { type ReactNode, useId } from 'react';
import styles from './card.module.css';

type CardProps = {
  title: string;
  /** How many, or whatever belongs beside the title. */
  aside?: ReactNode;
  children: ReactNode;
};

/** A section of the page with its heading. */
export function Card({ title, aside, children }: CardProps) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={id}>
      <header className={styles.head}>
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <div className={styles.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** A sentence in the place of an empty list. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className={styles.nothing}>{children}</p>;
}

/** A table that scrolls by itself where it does not fit; then the keyboard reaches it too. */
export function TableBox({ label, children, tall = false }: { label: string; children: ReactNode; tall?: boolean }) {
  return (
    <section
      className={tall ? `${styles.tableBox} ${styles.tall}` : styles.tableBox}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0} // oxlint-disable-line jsx-a11y/no-noninteractive-tabindex
    >
      {children}
    </section>
  );
}

/** A list of what something can be done about, in the last column. `head` has the headings of the others, `children` the rows. */
export function ActionTable({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    <TableBox label={label}>
      <table>
        <thead>
          <tr>
            {head}
            <th scope="col">
              <span className="visually-hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </TableBox>
  );
}
