/** Inputs for a target: anything at all, and good ones that were damaged a little. */
import * as fc from 'fast-check';
import type { FuzzTarget } from './target.ts';

/** One change of a good input; positions are parts of its length, so that they fit any. */
type Damage = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function damages(words: readonly string[]): fc.Arbitrary<Damage> {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...words).map((word) => Buffer.from(word)),
  );
  return fc.oneof(
    // One byte is another one.
    fc.tuple(place, fc.nat(255)).map(([at, octet]) => (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[Math.floor(at * copy.length)] = octet;
      return copy;
    }),
    // Something is put in.
    fc.tuple(place, piece).map(([at, added]) => (bytes: Buffer) => {
      const cut = Math.floor(at * (bytes.length + 1));
      return Buffer.concat([bytes.subarray(0, cut), added, bytes.subarray(cut)]);
    }),
    // Something is cut out, to its end with luck.
    fc.tuple(place, place).map(([one, other]) => (bytes: Buffer) => {
      const [from, to] = [one, other]
        .map((at) => Math.floor(at * (bytes.length + 1)))
        .sort((a, b) => a - b);
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    }),
    // Something comes again and again.
    fc
      .tuple(place, place, fc.integer({ min: 2, max: 50 }))
      .map(([one, other, times]) => (bytes: Buffer) => {
        const [from, to] = [one, other]
          .map((at) => Math.floor(at * (bytes.length + 1)))
          .sort((a, b) => a - b);
        const again = bytes.subarray(from, to);
        const copies = Array.from({ length: times }, () => again);
        return Buffer.concat([bytes.subarray(0, from), ...copies, bytes.subarray(to)]);
      }),
    // A number, or any other run of digits, is a piece that means something else.
    fc
      .tuple(place, fc.constantFrom('-1', '1e999', '9007199254740993', '0.5', '""', 'null', '{}'))
      .map(([at, other]) => (bytes: Buffer) => {
        const text = bytes.toString('latin1');
        const numbers = [...text.matchAll(/-?\d+/g)];
        const chosen = numbers[Math.floor(at * numbers.length)];
        if (chosen === undefined) return bytes;
        const end = chosen.index + chosen[0].length;
        return Buffer.from(text.slice(0, chosen.index) + other + text.slice(end), 'latin1');
      }),
  );
}

/** What a target is tried with. */
export function inputsFor({ seeds, words }: FuzzTarget): fc.Arbitrary<Uint8Array> {
  const damaged = fc
    .tuple(fc.constantFrom(...seeds), fc.array(damages(words), { maxLength: 6 }))
    .map(([seed, changes]) => {
      let bytes = Buffer.from(seed);
      for (const change of changes) bytes = Buffer.from(change(bytes));
      return bytes;
    });
  const anything = fc.uint8Array({ maxLength: 2000 });
  const pieces = fc
    .array(fc.constantFrom(...words), { maxLength: 60 })
    .map((chosen) => Buffer.from(chosen.join('')));
  return fc.oneof(
    { weight: 6, arbitrary: damaged },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: pieces },
  );
}
