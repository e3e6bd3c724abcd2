import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { stepsFor } from './steps.ts';

const filesOf = (...patterns: string[]) =>
  Object.fromEntries(stepsFor(REPOSITORY, patterns).map(({ script, files }) => [script, files]));

describe('npm test', () => {
  it('runs everything, in an order in which the cheap comes first', () => {
    expect(stepsFor(REPOSITORY, []).map(({ script }) => script)).toEqual([
      'test:setup',
      'types',
      'lint',
      'test:unit',
      'test:integration',
      'test:e2e',
    ]);
  });

  it('runs what a pattern names at whichever level it is, and no other level', () => {
    expect(filesOf('build/page')).toEqual({ 'test:unit': ['electron/build/page.test.ts'] });
    expect(filesOf('run/steps')).toEqual({ 'test:integration': ['e2e/run/steps.test.ts'] });
    expect(filesOf('program/dev')).toEqual({ 'test:e2e': ['e2e/program/dev.spec.ts'] });
    expect(Object.keys(filesOf('attacks'))).toEqual(['test:integration', 'test:e2e']);
    expect(filesOf('build/page', 'program/dev')).toEqual({
      'test:unit': ['electron/build/page.test.ts'],
      'test:e2e': ['e2e/program/dev.spec.ts'],
    });
  });

  it('takes a path as Windows writes it, and no name for no pattern', () => {
    expect(filesOf('build\\page')).toEqual(filesOf('build/page'));
    expect(stepsFor(REPOSITORY, [''])).toEqual(stepsFor(REPOSITORY, []));
  });

  it('finds nothing where nothing is of that name', () => {
    expect(stepsFor(REPOSITORY, ['no such test'])).toEqual([]);
  });
});
