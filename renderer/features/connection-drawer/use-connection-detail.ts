import { useEffect, useState } from 'react';
import type { Connection, ConnectionDetail } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine-api.ts';
import { errorMessage } from '../../ui/toasts.ts';

/** What is fetched on demand, and where that stands. */
export type Detail =
  | { readonly kind: 'loading' }
  | { readonly kind: 'there'; readonly detail: ConnectionDetail }
  | { readonly kind: 'failed'; readonly message: string };

/** Fetches log and earlier handshakes, again whenever the connection has changed. */
export function useConnectionDetail(connection: Connection): Detail {
  const api = useEngineApi();
  const [state, setState] = useState<{ readonly of: Connection['id']; readonly detail: Detail }>();

  useEffect(() => {
    let isCurrent = true;
    const show = (detail: Detail) => {
      if (isCurrent) setState({ of: connection.id, detail });
    };
    api.getConnection(connection.id).then(
      (detail) => {
        show({ kind: 'there', detail });
      },
      (error: unknown) => {
        show({ kind: 'failed', message: errorMessage(error) });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [api, connection]);

  return state?.of === connection.id ? state.detail : { kind: 'loading' };
}
