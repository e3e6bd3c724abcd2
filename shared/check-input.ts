/** What the server check is asked for, as the interface sends it. */
import { z } from 'zod';
import { MAX_ATTEMPTS } from './check.ts';

const MAX_TEXT = 300;
/** The largest CA file that is taken, in characters of PEM. */
const MAX_CA_PEM = 1_048_576;

export const checkInputSchema = z.strictObject({
  /** As typed: `[imap|smtp|pop3://]HOST[:PORT]`. */
  server: z.string().max(MAX_TEXT, 'This is too long for the name of a server.'),
  starttls: z.boolean(),
  servername: z.string().max(MAX_TEXT).nullable(),
  trust: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('system') }),
    z.strictObject({
      kind: z.literal('ca'),
      fileName: z.string().min(1).max(MAX_TEXT),
      pem: z.string().max(MAX_CA_PEM, 'This file is too large for a CA certificate file.'),
    }),
  ]),
  /** `null` for the usual number. */
  attempts: z.int().min(1).max(MAX_ATTEMPTS).nullable(),
});
export type CheckInput = z.infer<typeof checkInputSchema>;
