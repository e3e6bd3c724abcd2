/** The server that is connected to, and the name that it has to prove. Pure. */
import type { Account } from '../shared/model.ts';

type Named = Pick<Account, 'host' | 'servername' | 'trust'>;

/** The name that sessions with the account's server are held under, as the engine writes it. */
export function nameOf({ host, servername }: Pick<Named, 'host' | 'servername'>): string {
  return (servername ?? host).toLowerCase();
}

/**
 * The name that the certificate has to be for, where it is not that of the server connected to;
 * `null` where it is, and where one certificate is trusted for whatever name.
 */
export function otherName(account: Named): string | null {
  if (account.trust.kind === 'pin') return null;
  const name = nameOf(account);
  return name === account.host.toLowerCase() ? null : name;
}
