import { useRef, type ReactNode } from 'react';
import type { ClientWatch, WatchedServer } from '../../../shared/your-client.ts';
import { visible } from '../../../shared/visible.ts';
import { Button } from '../../ui/controls.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { Foreign } from '../../ui/Text.tsx';
import styles from './YourClient.module.css';

interface PointingProps {
  readonly server: WatchedServer;
  readonly state: Extract<ClientWatch['state'], { readonly kind: 'listening' }>;
}

/** Where a program has to arrive, and how it gets there without dialling another name. */
export function Pointing({ server, state }: PointingProps): ReactNode {
  const { pointing, listening, addresses } = state;
  return (
    <section className={styles.pointing} aria-label="Point your program here">
      <h2 className={styles.heading}>Point your program here</h2>
      {listening.reach === 'network' && (
        <p className={styles.warning}>
          Others in the network reach it, and through it the server, as if from this computer.
        </p>
      )}
      <p className={styles.aside}>
        The certificate is the server’s own, so the program goes on dialling{' '}
        <Foreign>{server.host}</Foreign>. Choose one way:
      </p>
      <Way title="A setting of the program">
        <p className={styles.aside}>Where it has one for the address to connect to:</p>
        <div className={styles.pair}>
          <CopyField label="Address" value={pointing.address} />
          <CopyField label="Port" value={String(pointing.port)} />
        </div>
        <CopyField label="Server name" value={server.host} />
      </Way>
      {pointing.hostsLine !== null && (
        <Way title="The hosts file">
          <CopyField label="Hosts entry" value={pointing.hostsLine} isOnlyOne />
          <p className={styles.aside}>
            With port {pointing.port} in the program. Take the line out again when you are done.
          </p>
        </Way>
      )}
      <Way title="curl">
        <CopyField label="curl command" value={pointing.curl} isOnlyOne />
      </Way>
      <p className={styles.aside}>
        From here to {addresses.join(', ')} port {server.port}.
      </p>
    </section>
  );
}

function Way({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={styles.way}>
      <h3 className={styles.wayTitle}>{title}</h3>
      {children}
    </div>
  );
}

interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  /** Its heading says already what it is. */
  readonly isOnlyOne?: boolean;
}

function CopyField({ label, value, isOnlyOne = false }: CopyFieldProps): ReactNode {
  const shown = useRef<HTMLElement>(null);
  return (
    <div className={styles.field}>
      {!isOnlyOne && <span className={styles.label}>{label}</span>}
      <span className={styles.value}>
        <code ref={shown} dir="ltr">
          {visible(value)}
        </code>
        <Button
          look="quiet"
          aria-label={`Copy ${label.toLowerCase()}`}
          onClick={() => void copyOrSelect(value, label, shown.current)}
        >
          Copy
        </Button>
      </span>
    </div>
  );
}
