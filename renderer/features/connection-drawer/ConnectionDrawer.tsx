import { useEffect, type ReactNode } from 'react';
import type { Account, Connection } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { isolate } from '../../engine/isolate.ts';
import { closeDrawer, useEngine, useInterface } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { ReconnectIcon } from '../../ui/icons.tsx';
import { toastIfFailed } from '../../ui/toasts.ts';
import { findRow } from '../connections/use-roving-row.ts';
import { CertificateSection } from './CertificateSection.tsx';
import { HandshakeSection } from './HandshakeSection.tsx';
import { LogSection } from './LogSection.tsx';
import { StateSection } from './StateSection.tsx';
import { useConnectionDetail } from './use-connection-detail.ts';
import styles from './ConnectionDrawer.module.css';

/** Everything about the connection that the user opened; nothing while none is. */
export function ConnectionDrawer(): ReactNode {
  const id = useInterface((state) => state.openConnection);
  const connection = useEngine((state) => (id === null ? undefined : state.connections.get(id)));
  const account = useEngine((state) =>
    connection === undefined ? undefined : state.accounts.get(connection.accountId),
  );
  const isGone = id !== null && (connection === undefined || account === undefined);
  useEffect(() => {
    if (isGone) closeDrawer();
  }, [isGone]);
  if (connection === undefined || account === undefined) return null;
  return <OpenDrawer connection={connection} account={account} />;
}

interface OpenDrawerProps {
  readonly connection: Connection;
  readonly account: Account;
}

function OpenDrawer({ connection, account }: OpenDrawerProps): ReactNode {
  const api = useEngineApi();
  const detail = useConnectionDetail(connection);
  const { attempt, state } = connection;
  const certificate =
    state.kind === 'certificate-problem' && state.certificate !== null
      ? state.certificate
      : (attempt?.handshake?.certificate ?? null);
  return (
    <Drawer
      title={
        <>
          <bdi>{connection.mailbox}</bdi> on <bdi>{account.label}</bdi>
        </>
      }
      actions={
        <Button
          onClick={() =>
            void toastIfFailed(
              `Could not reconnect ${isolate(account.label)}`,
              api.reconnect(connection.id),
            )
          }
        >
          <ReconnectIcon />
          Reconnect
        </Button>
      }
      onClose={closeDrawer}
      returnFocus={() => findRow(document, connection.id)}
    >
      <div className={styles.sections}>
        <StateSection connection={connection} account={account} />
        {attempt === null ? (
          <p className={styles.none}>There has been no handshake on this connection yet.</p>
        ) : (
          <HandshakeSection
            account={account}
            attempt={attempt}
            lastFull={connection.lastFull}
            isProblemShown={'problem' in state}
          />
        )}
        {certificate !== null && (
          <CertificateSection
            certificate={certificate}
            verifiedAt={'verifiedAt' in certificate ? certificate.verifiedAt : null}
            isInherited={attempt?.outcome.kind === 'resumed'}
          />
        )}
        <LogSection detail={detail} />
      </div>
    </Drawer>
  );
}
