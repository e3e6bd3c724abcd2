/** By which addresses of this machine packets leave it. */
import { createSocket } from 'node:dgram';

/** What is asked at each look at the machine. */
export interface Routes {
  /**
   * The addresses that packets to far machines carry, as of the look before this one; `null` until
   * that is known, and where the system does not say.
   */
  carriers(): ReadonlySet<string> | null;
}

/** For examples in documents, RFC 5737 and 3849: no machine has them, and a default route leads there. */
const FAR_AWAY = { udp4: '192.0.2.1', udp6: '2001:db8::1' } as const;

/** Where there is no way, some systems give an error, and some no address at all. */
const NO_WAY = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ENETDOWN',
]);
const NO_ADDRESS = new Set(['0.0.0.0', '::']);

/**
 * Asks the kernel which address it would send from: it says so of a UDP socket that is connected, and
 * that sends nothing. All rules of routing count then, which no table of routes shows whole.
 */
export function theseRoutes(): Routes {
  let known: ReadonlySet<string> | null = null;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    const found = await Promise.all([carrierOf('udp4'), carrierOf('udp6')]);
    isAsking = false;
    known = found.includes(undefined)
      ? null
      : new Set(found.filter((one) => typeof one === 'string'));
  };
  return {
    carriers: () => {
      void ask();
      return known;
    },
  };
}

/** The address; `null` where nothing leads away, `undefined` where it cannot be known. Never rejects. */
function carrierOf(type: keyof typeof FAR_AWAY): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    const end = (found: string | null | undefined): void => {
      socket.close();
      resolve(found);
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      end(NO_WAY.has(error.code ?? '') ? null : undefined);
    };
    socket.once('error', failed);
    socket.connect(9, FAR_AWAY[type], () => {
      socket.off('error', failed);
      socket.on('error', () => undefined);
      const { address } = socket.address();
      end(NO_ADDRESS.has(address) ? null : address);
    });
  });
}
