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
export function createCheckCalls({ checks, ownerOf }: CallContext): CheckCalls {
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
      return { id: checks.start({ target: parsed.target, trust: read, attempts }) };
    },

    checkAccountServer: async (id) => {
      const { host, port, security, servername, trust } = ownerOf(id).book.accounts.mustGet(id);
      const target = { protocol: 'imap', host, port, security, servername } as const;
      return { id: checks.start({ target, trust, attempts: null }) };
    },

    repeatCheck: async (id) => ({ id: checks.repeat(id) }),

    cancelCheck: async (id) => {
      checks.cancel(id);
    },
  };
}
