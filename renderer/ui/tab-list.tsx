import type { LucideIcon } from 'lucide-react';
import { useRef } from 'react';
import styles from './tab-list.module.css';

export type Tab<T extends string> = { value: T; label: string; icon: LucideIcon; mark?: string | null };

type TabListProps<T extends string> = {
  label: string;
  tabs: readonly Tab<T>[];
  /** Null while none is open. */
  value: T | null;
  onChange: (value: T) => void;
  /** The id of the open tab's panel, where it is on screen. */
  panelId: string | null;
};

/** Tabs whose panel may be closed. Arrow keys, Home and End move and choose. */
export function TabList<T extends string>({ label, tabs, value, onChange, panelId }: TabListProps<T>) {
  const ref = useRef<HTMLDivElement>(null);
  const move = (to: number) => {
    const tab = tabs.at(to % tabs.length);
    if (!tab) return;
    onChange(tab.value);
    ref.current?.querySelector<HTMLElement>(`[data-tab="${tab.value}"]`)?.focus();
  };
  const stop = value ?? tabs[0]?.value;
  return (
    <div
      ref={ref}
      role="tablist"
      aria-label={label}
      className={styles.list}
      onKeyDown={(event) => {
        const at = tabs.findIndex((tab) => tab.value === stop);
        const back = document.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
        const on = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
        if (event.key === on) move(at + 1);
        else if (event.key === back) move(at - 1);
        else if (event.key === 'Home') move(0);
        else if (event.key === 'End') move(-1);
        else return;
        event.preventDefault();
      }}
    >
      {tabs.map(({ value: own, label: name, icon: Icon, mark }) => (
        <button
          key={own}
          type="button"
          role="tab"
          data-tab={own}
          className={styles.tab}
          aria-selected={own === value}
          aria-controls={own === value && panelId ? panelId : undefined}
          tabIndex={own === stop ? 0 : -1}
          title={name}
          onClick={() => onChange(own)}
        >
          <Icon aria-hidden="true" />
          <span className={styles.name}>{name}</span>
          {mark ? <span className={styles.mark}>{mark}</span> : null}
        </button>
      ))}
    </div>
  );
}
