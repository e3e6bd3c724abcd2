import { describe, expect, it } from 'vitest';
import { isolate } from './isolate.ts';

describe('a name inside a sentence', () => {
  it.each(['דואר', 'بريد العائلة', 'Work דואר 2026'])('is kept apart: %s', (name) => {
    expect(isolate(name)).toBe(`\u2068${name}\u2069`);
  });

  it.each(['Work', 'Ürün 2026', '仕事', 'Почта', ''])('stays as it is: %s', (name) => {
    expect(isolate(name)).toBe(name);
  });
});
