import type { ReactNode } from 'react';
import { isSameMailbox, parseMailboxes, sortedMailboxes, toggleMailbox } from './mailbox-list.ts';
import styles from './TestReport.module.css';

interface MailboxPickerProps {
  /** Every mailbox of the account. */
  readonly existing: readonly string[];
  /** The field "Mailboxes to watch". */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Which of the mailboxes that were asked for are not there, and those that are, to choose from. */
export function MailboxPicker({ existing, text, onChange }: MailboxPickerProps): ReactNode {
  const asked = parseMailboxes(text);
  const missing = asked.filter((name) => !existing.some((other) => isSameMailbox(name, other)));
  return (
    <>
      {missing.length > 0 && (
        <p className={styles.missing}>
          {missing.length === 1 ? 'There is no mailbox ' : 'There are no mailboxes '}
          <bdi>{missing.map((name) => `“${name}”`).join(', ')}</bdi> on this account. Choose from
          those that exist:
        </p>
      )}
      <fieldset className={styles.mailboxes}>
        <legend className={styles.legend}>Mailboxes on the server</legend>
        {sortedMailboxes(existing).map((name) => (
          <label key={name} className={styles.mailbox}>
            <input
              type="checkbox"
              checked={asked.some((other) => isSameMailbox(name, other))}
              onChange={(event) => {
                onChange(toggleMailbox(text, name, event.target.checked));
              }}
            />
            <bdi>{name}</bdi>
          </label>
        ))}
      </fieldset>
    </>
  );
}
