import { Fragment, useRef, type ReactNode } from 'react';
import { protectionSentence } from '../../protection.ts';
import { useEngine } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText, selectForCopy } from '../../ui/copy.ts';
import { dataFiles } from './data-files.ts';
import styles from './Settings.module.css';

const WHAT = 'data folder';

/** Where everything lies, what it is, and what runs here. */
export function DataSection(): ReactNode {
  const app = useEngine((state) => state.app);
  const path = useRef<HTMLElement>(null);
  const copy = async () => {
    if (!(await copyText(app.dataDir, WHAT))) selectForCopy(path.current, WHAT);
  };
  return (
    <dl className={styles.facts}>
      <dt>Folder</dt>
      {app.demoOnly ? (
        <dd>None: this is a demo. Nothing is stored, and everything is gone when it ends.</dd>
      ) : (
        <dd className={styles.path}>
          <code ref={path} dir="ltr">
            {app.dataDir}
          </code>
          <Button look="quiet" aria-label="Copy the data folder" onClick={() => void copy()}>
            Copy
          </Button>
        </dd>
      )}
      {!app.demoOnly && (
        <>
          <dt>Files</dt>
          <dd>
            <dl className={styles.files}>
              {dataFiles(app.protection).map(({ name, what }) => (
                <Fragment key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>{what}</dd>
                </Fragment>
              ))}
            </dl>
          </dd>
          <dt>Passwords</dt>
          <dd>{protectionSentence(app.protection)}</dd>
        </>
      )}
      <dt>Version</dt>
      <dd>
        Reprise {app.version} · {app.engine}
      </dd>
    </dl>
  );
}
