/**
 * What TLS says in the clear, read without any key from bytes that anybody may have sent. In the order
 * of reading: `bytes.ts`, `records.ts` (records and messages, in whatever pieces they come),
 * `client-hello.ts` and `server-hello.ts`, `offers.ts` (which sessions a client offers), `tls-start.ts`
 * (where TLS begins after STARTTLS), `handshake-observer.ts` (what became of a handshake, seen from
 * both sides). Needs Node and nothing else.
 */
export { Reader } from './bytes.ts';
export { readClientHello, type ClientHello, type ClientHelloReading } from './client-hello.ts';
export {
  HandshakeObserver,
  type Alert,
  type Farewell,
  type HandshakeFacts,
} from './handshake-observer.ts';
export { offersOf, sha256, type Offer } from './offers.ts';
