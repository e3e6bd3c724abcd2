import { useRef, type ReactNode } from 'react';
import type { CheckNote } from '../../../shared/check.ts';
import { Button } from '../../ui/Button.tsx';
import { toastDone } from '../../ui/toasts.ts';
import { NOTE_WORDS } from './words.ts';
import styles from './ServerCheck.module.css';

/** Each with its evidence, how sure it is, and what to change. */
export function NoteList({ notes }: { readonly notes: readonly CheckNote[] }): ReactNode {
  if (notes.length === 0) return null;
  return (
    <ul className={styles.notes} aria-label="Notes">
      {notes.map((note) => (
        <li key={note.id} className={styles.note}>
          <h3 className={styles.heading}>
            {NOTE_WORDS[note.id]} <span className={styles.aside}>{note.confidence}</span>
          </h3>
          <p>{note.text}</p>
          <p className={styles.aside}>{note.evidence}</p>
          {note.advice !== null && <Advice advice={note.advice} />}
        </li>
      ))}
    </ul>
  );
}

function Advice({ advice }: { readonly advice: NonNullable<CheckNote['advice']> }): ReactNode {
  return (
    <>
      <p>
        <strong>What to change:</strong> {advice.text}
      </p>
      {advice.configuration !== null && <Configuration text={advice.configuration} />}
      {advice.cost !== null && <p>What it costs: {advice.cost}</p>}
    </>
  );
}

function Configuration({ text }: { readonly text: string }): ReactNode {
  const box = useRef<HTMLPreElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toastDone('Configuration copied');
    } catch {
      // No permission for the clipboard: leave it to the user's own keys.
      if (box.current !== null) getSelection()?.selectAllChildren(box.current);
      toastDone('Configuration selected: press Ctrl+C to copy it');
    }
  };
  return (
    <div className={styles.configuration}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: keys must reach it */}
      <pre ref={box} tabIndex={0} aria-label="Configuration">
        {text}
      </pre>
      <Button onClick={() => void copy()}>Copy configuration</Button>
    </div>
  );
}
