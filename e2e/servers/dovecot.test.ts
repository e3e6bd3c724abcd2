import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot, type DovecotOptions } from '../fixtures/servers/dovecot.ts';
import { isFree } from '../fixtures/network/ports.ts';
import { probe, type Probe, type ProbeOptions } from '../fixtures/servers/tls-probe.ts';

/** Enough for every one of four login processes to have its turn. */
const MANY = 400;

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: Dovecot specs. ${missing}\n`);

/** Connections one after another, each offering the latest session held. */
async function inSequence(
  count: number,
  options: ProbeOptions,
  enough: (probes: readonly Probe[]) => boolean = () => false,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  let session: Buffer | undefined;
  while (probes.length < count && !enough(probes)) {
    const result = await probe({ ...options, session });
    probes.push(result);
    session = result.sessions.at(-1) ?? session;
  }
  return probes;
}

async function started(options: DovecotOptions): Promise<Dovecot> {
  const dovecot = await Dovecot.start(options);
  onTestFinished(async () => {
    await dovecot[Symbol.asyncDispose]();
  });
  return dovecot;
}

function implicit(dovecot: Dovecot): ProbeOptions {
  return { port: dovecot.tlsPort, caPem: dovecot.certificate.caPem };
}

const sawBoth = (probes: readonly Probe[]) =>
  probes.slice(1).some(({ resumed }) => resumed) && probes.slice(1).some(({ resumed }) => !resumed);
const resumed = (probes: readonly Probe[]) => probes.map((probe) => probe.resumed);
const issued = (probes: readonly Probe[]) => probes.map((probe) => probe.sessions.length);
const fullThenResumed = [false, ...Array<boolean>(7).fill(true)];

describe.skipIf(missing !== null)('Dovecot, as its login processes are set', () => {
  describe('one login process', () => {
    let dovecot: Dovecot;
    beforeAll(async () => {
      dovecot = await Dovecot.start({ kind: 'one-process' });
    });
    afterAll(async () => {
      await dovecot[Symbol.asyncDispose]();
    });

    it('resumes every TLS 1.3 connection and renews one ticket each time', async () => {
      const probes = await inSequence(8, implicit(dovecot));
      expect(resumed(probes)).toEqual(fullThenResumed);
      expect(issued(probes)).toEqual([2, 1, 1, 1, 1, 1, 1, 1]);
      expect(probes.every(({ protocol }) => protocol === 'TLSv1.3')).toBe(true);
    });

    it('resumes every TLS 1.2 connection', async () => {
      const probes = await inSequence(8, { ...implicit(dovecot), maxVersion: 'TLSv1.2' });
      expect(resumed(probes)).toEqual(fullThenResumed);
      expect(probes.every(({ protocol }) => protocol === 'TLSv1.2')).toBe(true);
    });

    it('resumes over STARTTLS', async () => {
      const port = dovecot.startTlsPort;
      const probes = await inSequence(8, { ...implicit(dovecot), port, starttls: true });
      expect(resumed(probes)).toEqual(fullThenResumed);
    });

    it('does its handshakes in one process whose clock runs', async () => {
      const [before, ...others] = await dovecot.loginProcesses();
      await probe(implicit(dovecot));
      const [after] = await dovecot.loginProcesses();
      expect(others).toEqual([]);
      expect(after?.pid).toBe(before?.pid);
      expect(after?.cpuMs).toBeGreaterThan(before?.cpuMs ?? Infinity);
    });
  });

  it.each([
    ['TLSv1.3' as const, 2],
    ['TLSv1.2' as const, 1],
  ])(
    'in its default configuration issues %s tickets and takes up none',
    async (protocol, count) => {
      const dovecot = await started({ kind: 'default' });
      const probes = await inSequence(8, { ...implicit(dovecot), maxVersion: protocol });
      expect(resumed(probes)).toEqual(Array(8).fill(false));
      expect(issued(probes)).toEqual(Array(8).fill(count));
    },
  );

  it('with four login processes resumes only now and then', async () => {
    const dovecot = await started({ kind: 'four-processes' });
    expect(await dovecot.loginProcesses()).toHaveLength(4);
    expect(sawBoth(await inSequence(MANY, implicit(dovecot), sawBoth))).toBe(true);
  });

  it('without tickets resumes by session ID, and by stateful tickets under TLS 1.3', async () => {
    const dovecot = await started({ kind: 'no-ticket' });
    const older = await inSequence(8, { ...implicit(dovecot), maxVersion: 'TLSv1.2' });
    expect(resumed(older)).toEqual(fullThenResumed);
    expect(older.map(({ ticketBytes }) => ticketBytes)).toEqual(Array(8).fill(null));
    const newer = await inSequence(8, implicit(dovecot));
    expect(resumed(newer)).toEqual(fullThenResumed);
    // A name for what the server keeps, not a sealed state: 32 bytes, 34 with their length.
    expect(newer.map(({ ticketBytes }) => ticketBytes)).toEqual(Array(8).fill(32));
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'speaks nothing but %s when told to',
    async (protocol) => {
      const dovecot = await started({ kind: 'one-process', protocol });
      const onlyOther: Partial<ProbeOptions> =
        protocol === 'TLSv1.2' ? { minVersion: 'TLSv1.3' } : { maxVersion: 'TLSv1.2' };
      expect(await probe(implicit(dovecot))).toMatchObject({ protocol });
      await expect(probe({ ...implicit(dovecot), ...onlyOther })).rejects.toThrow(
        'disconnected before secure TLS',
      );
    },
  );

  it('comes back on the same ports with other ticket keys', async () => {
    const dovecot = await started({ kind: 'one-process' });
    const before = await probe(implicit(dovecot));
    await dovecot.stop();
    expect(await isFree(dovecot.tlsPort)).toBe(true);
    expect(await isFree(dovecot.startTlsPort)).toBe(true);
    await dovecot.start();
    const after = await probe({ ...implicit(dovecot), session: before.sessions.at(-1) });
    expect(after.resumed).toBe(false);
  });
});
