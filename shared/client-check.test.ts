import { expect, it } from 'vitest';
import { clientCheckReportJsonSchema } from './client-check.ts';
import published from './client-check-report.schema.json' with { type: 'json' };

it('has a published schema that is the one that the program holds to', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(clientCheckReportJsonSchema())));
});
