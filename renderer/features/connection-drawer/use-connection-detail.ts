import { useEffect, useState } from 'react';
import type { EngineApi } from '../../../shared/contract.ts';
import type { Connection, ConnectionDetail, ConnectionId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
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
    const fetch = async () => {
      const detail = await fetchDetail(api, connection.id);
      if (isCurrent) setState({ of: connection.id, detail });
    };
    void fetch();
    return () => {
      isCurrent = false;
    };
  }, [api, connection]);

  return state?.of === connection.id ? state.detail : { kind: 'loading' };
}

async function fetchDetail(api: EngineApi, id: ConnectionId): Promise<Detail> {
  try {
    return { kind: 'there', detail: await api.getConnection(id) };
  } catch (error) {
    return { kind: 'failed', message: errorMessage(error) };
  }
}
