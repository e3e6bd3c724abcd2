import { describe, expect, it } from 'vitest';
import type { CheckInput } from '../../../shared/inputs.ts';
import type { CheckId, ServerCheck } from '../../../shared/model.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { createAuthority } from '../demo/testing/index.ts';
import { folder, inputFor, server, start } from './testing/engine.ts';

const find = ({ checks }: Snapshot, id: CheckId): ServerCheck => {
  const found = checks.find((check) => check.id === id);
  if (found === undefined) throw new Error('the check is not there');
  return found;
};
const isOver =
  (id: CheckId) =>
  (state: Snapshot): boolean =>
    state.checks.some((check) => check.id === id && check.state.kind !== 'running');

const ask = (imap: Awaited<ReturnType<typeof server>>): CheckInput => ({
  server: `imap://${imap.host}:${imap.port}`,
  starttls: false,
  servername: imap.servername,
  trust: { kind: 'ca', fileName: 'ca.pem', pem: imap.caPem },
  attempts: 2,
});

describe('server checks of the interface', () => {
  it('come to a report, live, and compare with the last one when repeated', async () => {
    const imap = await server({ protocol: 'TLSv1.3' });
    const { engine, until, received } = await start(await folder());
    const { id } = await engine.startCheck(ask(imap));
    const first = find(await until(isOver(id)), id);
    expect(first).toMatchObject({
      state: { kind: 'done' },
      target: { protocol: 'imap', port: imap.port, security: 'tls' },
      trust: { kind: 'ca', fileName: 'ca.pem', subjects: ['CN=Reprise demo authority'] },
      report: { verdict: 'resumes', connections: expect.any(Number) as number },
      previous: null,
    });
    expect(JSON.stringify(received)).toContain('attempt 2 to resume');
    expect(JSON.stringify(received)).not.toContain('BEGIN CERTIFICATE');

    const again = await engine.repeatCheck(id);
    const second = find(await until(isOver(again.id)), again.id);
    expect(second.previous).toEqual(first.report);
    expect(imap.commands).not.toContain('LOGIN');
  });

  it('of an account trust what it trusts', async () => {
    const imap = await server({ protocol: 'TLSv1.3', sessions: 'none' });
    const { engine, until } = await start(await folder());
    const account = await engine.addAccount(inputFor(imap));
    const { id } = await engine.checkAccountServer(account.id);
    expect(find(await until(isOver(id)), id).report?.verdict).toBe('nothing-issued');
  });

  it('that are cancelled leave no connection open', async () => {
    const imap = await server({ script: { accept: { kind: 'hang' } } });
    const { engine, until } = await start(await folder());
    const { id } = await engine.startCheck(ask(imap));
    await imap.until(({ open }) => open === 1);
    await engine.cancelCheck(id);
    await imap.until(({ open }) => open === 0);
    expect(find(await until(isOver(id)), id).state).toEqual({ kind: 'cancelled' });
  });

  it('end with the engine', async () => {
    const imap = await server({ script: { accept: { kind: 'hang' } } });
    const { app, engine } = await start(await folder());
    await engine.startCheck(ask(imap));
    await imap.until(({ open }) => open === 1);
    await app.close();
    await imap.until(({ open }) => open === 0);
    expect(imap.stats().connections).toBe(1);
  });

  it('run four at a time, and say so', async () => {
    const imap = await server({ script: { accept: { kind: 'hang' } } });
    const { engine } = await start(await folder());
    for (let n = 0; n < 4; n += 1) await engine.startCheck(ask(imap));
    await expect(engine.startCheck(ask(imap))).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('are refused with a sentence at the field that is wrong', async () => {
    const { engine } = await start(await folder());
    const { certPem } = await createAuthority();
    const input: CheckInput = {
      server: 'not a server',
      starttls: false,
      servername: null,
      trust: { kind: 'ca', fileName: 'ca.pem', pem: certPem },
      attempts: null,
    };
    await expect(engine.startCheck(input)).rejects.toMatchObject({ field: 'host' });
    await expect(
      engine.startCheck({
        ...input,
        server: 'localhost',
        trust: { kind: 'ca', fileName: 'x', pem: 'no PEM' },
      }),
    ).rejects.toMatchObject({ code: 'bad-ca-file' });
    await expect(engine.cancelCheck('nothing' as CheckId)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
