import { useId, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import { showScreen } from '../../navigation.ts';
import { Button } from '../../ui/controls.tsx';
import { focusSettingsButton, isSettingsButton } from '../../ui/focus.ts';
import { CloseIcon } from '../../ui/icons.tsx';
import { ProxySetting } from '../proxy/ProxySetting.tsx';
import { OAuthClients } from '../sign-in/OAuthClients.tsx';
import { HistoryLength } from './HistoryLength.tsx';
import {
  DataSection,
  LookUpSwitch,
  NotificationSwitch,
  SessionSwitches,
  ThemeChooser,
} from './rows.tsx';
import styles from './Settings.module.css';

function close(): void {
  focusSettingsButton();
  showScreen('connections');
}

/**
 * Closes on Esc, but not on one that is for a question or list above the settings. Listens from the
 * moment on that the section is seen: a passive effect may come a frame later, and miss the key.
 */
function useEscape(section: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const onKeyDown = ({ key, target }: KeyboardEvent) => {
      if (key !== 'Escape' || !(target instanceof Element)) return;
      const isHere = section.current?.contains(target) === true || target === document.body;
      if (isHere || isSettingsButton(target)) close();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  }, [section]);
}

/** What holds for the whole program. Every change applies at once. */
export function Settings(): ReactNode {
  const id = useId();
  const section = useRef<HTMLElement>(null);
  useEscape(section);
  return (
    <section className={styles.screen} aria-labelledby={id} ref={section}>
      <div className={styles.content}>
        <header className={styles.head}>
          <h2 id={id}>Settings</h2>
          <Button look="icon" aria-label="Close settings" title="Close settings" onClick={close}>
            <CloseIcon />
          </Button>
        </header>
        <Section title="Appearance">
          <ThemeChooser />
        </Section>
        <Section title="Notifications">
          <NotificationSwitch />
        </Section>
        <Section title="History">
          <HistoryLength />
        </Section>
        <Section title="Accounts">
          <LookUpSwitch />
        </Section>
        <Section title="Client ids for sign-ins in the browser">
          <OAuthClients />
        </Section>
        <Section title="Sessions">
          <SessionSwitches />
        </Section>
        <Section title="Proxy">
          <ProxySetting />
        </Section>
        <Section title="Data">
          <DataSection />
        </Section>
      </div>
    </section>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
}

function Section({ title, children }: SectionProps): ReactNode {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h3 className={styles.title} id={id}>
        {title}
      </h3>
      <div className={styles.rows}>{children}</div>
    </section>
  );
}
