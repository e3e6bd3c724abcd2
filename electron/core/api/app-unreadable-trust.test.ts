import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../shared/state.ts';
import { allIdle, folder, inputFor, server, start } from './testing/engine.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^"]*/g;

const isFailed = ({ connections }: Snapshot): boolean =>
  connections.length > 0 && connections.every(({ state }) => state.kind === 'failed');

describe('what an account trusts, unreadable since its file was changed by hand,', () => {
  it.each([
    ['a CA file', 'ca', 'valid', () => 'not a certificate', /choose the CA file again/],
    ['a CA file that is cut off', 'ca', 'valid', (pem: string) => cutOff(pem), /CA file again/],
    ['a pin', 'pin', 'self-signed', (pem: string) => cutOff(pem), /remove that certificate/],
  ] as const)(
    'stops it, and it says what to do: %s',
    async (_, kind, certificate, damage, what) => {
      const imap = await server({ certificate });
      const dataDir = await folder();
      const first = await start(dataDir);
      const shown = await first.engine.testConnection(
        inputFor(imap, { trust: { kind: 'system' } }),
        null,
      );
      const { pem = null, fingerprint256 = '' } = (!shown.ok && shown.certificate) || {};
      const input = inputFor(
        imap,
        kind === 'pin' ? { trust: { kind, fingerprint256, pem: pem ?? '' } } : {},
      );
      const { id } = await first.engine.addAccount(input);
      await first.until(allIdle(1));
      await first.app.close();
      const path = join(dataDir, 'accounts.json');
      await writeFile(path, (await readFile(path, 'utf8')).replace(PEM, damage));

      const before = imap.stats().connections;
      const { engine, until } = await start(dataDir);
      const { connections } = await until(isFailed);
      expect(connections[0]?.state).toMatchObject({
        kind: 'failed',
        problem: { code: 'trust-unreadable', message: expect.stringMatching(what) as unknown },
      });
      expect(imap.stats().connections).toBe(before);

      // Neither tested nor saved as it is, which is said at its field.
      const kept = { ...input, password: null, trust: { kind: 'keep' } } as const;
      const refused = { code: 'bad-ca-file', field: 'trust' };
      await expect(engine.testConnection(kept, id)).rejects.toMatchObject(refused);
      await expect(engine.updateAccount(id, kept)).rejects.toMatchObject(refused);
      await engine.updateAccount(id, { ...input, password: null });
      await until(allIdle(1));
    },
  );
});

/** In the middle of the last line of its text. */
function cutOff(pem: string): string {
  return pem.slice(0, -40) + pem.slice(-30);
}
