import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { readCaFile } from '../accounts/index.ts';
import type { CallContext } from './call-context.ts';
import { parseTarget } from '../server-check/index.ts';

/** The calls of the server check. */
export type CheckCalls = Pick<
  EngineApi,
  'startCheck' | 'checkAccountServer' | 'repeatCheck' | 'cancelCheck'
>;

/** Answers for the server check, whose course is part of the state. */
export function createCheckCalls({ checks, ways, ownerOf }: CallContext): CheckCalls {
  return {
    startCheck: async ({ server, starttls, servername, trust, attempts }) => {
      const parsed = parseTarget({ server, starttls, servername });
      if (parsed.kind === 'wrong') {
        throw new RepriseError('invalid-input', parsed.message, { field: parsed.field });
      }
      const read =
        trust.kind === 'system'
          ? trust
          : { ...trust, pem: readCaFile(trust.pem, trust.fileName).pem };
      const { target } = parsed;
      return { id: checks.start({ target, trust: read, attempts, way: () => ways.program }) };
    },

    checkAccountServer: async (id) => {
      const { trust, ...account } = ownerOf(id).book.accounts.mustGet(id);
      const { host, port, security, servername } = account;
      const target = { protocol: 'imap', host, port, security, servername } as const;
      // Repeated, it goes by what the account has chosen by then.
      const way = () => ways.of(id, ownerOf(id).book.accounts.mustGet(id).proxy);
      return { id: checks.start({ target, trust, attempts: null, way }) };
    },

    repeatCheck: async (id) => ({ id: checks.repeat(id) }),

    cancelCheck: async (id) => {
      checks.cancel(id);
    },
  };
}
