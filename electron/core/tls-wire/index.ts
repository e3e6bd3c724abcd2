/**
 * What TLS says in the clear, read from bytes that anybody may have sent: `client-hello.ts` parses the
 * first message of a client, `offers.ts` says which sessions it offers. Needs Node and nothing else.
 */
export { readClientHello, type ClientHello, type ClientHelloReading } from './client-hello.ts';
export { offersOf, sha256, type Offer } from './offers.ts';
