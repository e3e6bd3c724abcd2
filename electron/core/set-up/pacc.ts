/**
 * What a provider publishes for programs of every kind, as a file whose digest is in the DNS:
 * draft-ietf-mailmaint-pacc.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MailAddress } from './address.ts';
import { readStatement, type StatedServer } from './stated.ts';

/** What is read of the file. */
const fileSchema = z.object({
  protocols: z.object({ imap: z.object({ host: z.string() }) }),
  authentication: z
    .object({
      password: z.boolean().optional().catch(undefined),
      'oauth-public': z.object({ issuer: z.string() }).optional().catch(undefined),
    })
    .optional(),
});

/**
 * The server to read mail from: always with TLS from the start, at the usual port. The file says no
 * user's name: the address is one. `null` where it names no server, or is not the one of `records`.
 *
 * @param records the TXT records of `_ua-auto-config.DOMAIN`, each in one piece
 */
export function readPaccFile(
  bytes: Uint8Array,
  records: readonly string[],
  address: MailAddress,
): StatedServer | null {
  const digest = createHash('sha256').update(bytes).digest();
  // Several, while one file takes the other's place.
  if (!records.some((record) => digestOf(record)?.equals(digest) === true)) return null;
  const file = fileSchema.safeParse(jsonOf(bytes)).data;
  if (file === undefined) return null;
  return readStatement(
    {
      host: file.protocols.imap.host,
      port: '993',
      security: 'tls',
      user: '%EMAILADDRESS%',
      takesPasswords: file.authentication?.password !== false,
      issuer: file.authentication?.['oauth-public']?.issuer ?? '',
    },
    address,
  );
}

/** Of `v=UAAC1; a=sha256; d=BASE64`; `null` for a record of another kind. */
function digestOf(record: string): Buffer | null {
  const tags = new Map(
    record.split(';').map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim(), value.join('=').trim()] as const;
    }),
  );
  if (tags.get('v') !== 'UAAC1' || tags.get('a') !== 'sha256') return null;
  return Buffer.from(tags.get('d') ?? '', 'base64');
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // SyntaxError: a page, or half a file.
    return null;
  }
}
