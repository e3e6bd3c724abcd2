import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from './visible.ts';

describe('what hides in a text', () => {
  it.each([
    ['marks of direction', 'gpj.\u202Etxt', 'gpj.<U+202E>txt'],
    ['isolates', '\u2066a\u2067b\u2068c\u2069', '<U+2066>a<U+2067>b<U+2068>c<U+2069>'],
    ['spaces without width', 'pay\u200Bpal\u2060\uFEFF', 'pay<U+200B>pal<U+2060><U+FEFF>'],
    ['a soft hyphen', 'bank\u00AD.example', 'bank<U+00AD>.example'],
    [
      'control characters',
      'good.example\0.evil.example\x1b[2J\x9b',
      'good.example<U+0000>.evil.example<U+001B>[2J<U+009B>',
    ],
    ['tags', 'a\u{E0041}\u{E007F}', 'a<U+E0041><U+E007F>'],
    ['fillers', 'a\u3164\u115F\uFFA0', 'a<U+3164><U+115F><U+FFA0>'],
    ['variations one after another', '≨\uFE00\uFE01\u{E0100}', '≨\uFE00<U+FE01><U+E0100>'],
    [
      'variations of letters that have none',
      'p\uFE01a\u{E0141}y\u{E01AA}pal αא\uFE0F',
      'p<U+FE01>a<U+E0141>y<U+E01AA>pal αא<U+FE0F>',
    ],
    ['joiners between letters that do not join', 'a\u200Db\u200Cc', 'a<U+200D>b<U+200C>c'],
    [
      'marks without a letter from right to left',
      'INBOX\u200E\u200F\u061C',
      'INBOX<U+200E><U+200F><U+061C>',
    ],
    ['half a character', 'a\ud83d', 'a<U+D83D>'],
    ['a line break', 'CN=a\r\n\tCN=b\u2028c', 'CN=a CN=b c'],
  ])('is shown as what it is: %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it.each([
    ['a family', 'Home 👨‍👩‍👧‍👦'],
    ['a person of a profession, with a tone', '👩🏽‍💻 work'],
    ['a heart on fire, and one without its variation', '❤️‍🔥 ❤‍🔥'],
    ['a rainbow flag, and that of Scotland', '🏳️‍🌈 🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a keycap, and a sign as text', '1️⃣ ☎︎'],
    ['Persian, with a joiner that keeps apart', 'می‌خواهم'],
    ['Sinhala and Malayalam, with joiners', 'ශ්‍රී ന്‍'],
    ['Hebrew, with a mark behind a stop', 'שלום!\u200F ‏C++'],
    ['Arabic, with a mark before digits', 'حساب \u200E123\u061C'],
    ['a Japanese name in its own form', '葛\u{E0100}城'],
    [
      'letters that have variations: Burmese, Phags-pa, Manichaean, ℹ',
      'က\uFE00 ꡖ\uFE00 \u{10AC5}\uFE00 ℹ\uFE0E',
    ],
    ['Chinese, Greek, combining marks', '郵件 αβγ e\u0301'],
  ])('does not cut up what people write: %s', (_, text) => {
    expect(visible(text)).toBe(text);
  });

  it('is left in no text, and nothing else of it is changed', () => {
    const odd = fc.constantFrom(
      ...'a|\u05D0|\u202E|\u2069|\u200D|\uFE0F|\u{E0067}|🏴|👩|\0|\n|\ud800'.split('|'),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 1 })) }),
        (text) => {
          const shown = visible(text);
          expect(shown).not.toMatch(/[\p{Cc}\u202A-\u202E\u2060-\u206F\u200B\uFEFF\u2028\u2029]/u);
          expect(visible(shown)).toBe(shown);
        },
      ),
    );
  });
});
