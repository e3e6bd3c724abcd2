import { afterEach, describe, expect, it, vi } from 'vitest';
import { buildIfStale, RENDERER, ROOT, SHELL } from '../../electron/build/build.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the page that tests, soak, bench and pictures show', () => {
  it('has been looked at before: no program is started where nobody did', async () => {
    vi.stubEnv('REPRISE_PAGE_IS_FRESH', undefined);
    await expect(RepriseProcess.spawn()).rejects.toThrow('The page may be stale');
  });

  it('is built where it is stale, before this very test', async () => {
    expect(await buildIfStale(ROOT, RENDERER)).toBe(false);
    expect(await buildIfStale(ROOT, SHELL)).toBe(false);
  });
});
