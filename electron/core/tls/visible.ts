/**
 * Text that somebody else chose, such as a server, a certificate, or who named a mailbox: what hides
 * in it is shown as what it is. Pure, and without Node: the page shows text by the same rule.
 */

/** Whoever breaks a line is not to begin another one; it is a space to its reader. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/u;

/**
 * What is not seen and may change what is: control and format characters, such as marks of direction,
 * joiners, spaces without width and tags, and half of a character alone.
 */
const HIDING = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}]/v;

/** Letters of scripts that join, or that one joiner may keep from joining: RFC 5892, A.1 and A.2. */
const JOINING =
  /[\p{Script=Arab}\p{Script=Syrc}\p{Script=Mong}\p{Script=Nkoo}\p{Script=Deva}\p{Script=Beng}\p{Script=Guru}\p{Script=Gujr}\p{Script=Orya}\p{Script=Taml}\p{Script=Telu}\p{Script=Knda}\p{Script=Mlym}\p{Script=Sinh}\p{Script=Khmr}\p{Script=Mymr}\p{Script=Tibt}]/v;

/** Letters that run from right to left: beside them marks of direction put stops and digits in place. */
const FROM_RIGHT =
  /[\p{L}&&[\p{Script=Hebr}\p{Script=Arab}\p{Script=Syrc}\p{Script=Thaa}\p{Script=Nkoo}]]/v;

/**
 * What has variations: signs, digits, Chinese and Japanese, and the letters of a few scripts more. Behind
 * any other letter one is not seen.
 */
const VARIED =
  /[\p{S}\p{P}\p{Nd}\p{Emoji}\p{Script=Han}\p{Script=Hira}\p{Script=Kana}\p{Script=Mymr}\p{Script=Phag}\p{Script=Mani}]/v;

/**
 * What people write and nobody can hide behind: whole emoji, of which the joiners are part; a
 * variation of a character that has some; a joiner between letters that join, or behind one at the end.
 */
const HONEST = new RegExp(
  [
    String.raw`\p{RGI_Emoji}`,
    String.raw`(?<=\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]?)\u200D(?=\p{Extended_Pictographic})`,
    String.raw`(?<=[${VARIED.source}--\p{Default_Ignorable_Code_Point}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]`,
    String.raw`(?<=[${JOINING.source}--\p{Default_Ignorable_Code_Point}])[\u200C\u200D](?![\u200C\u200D])`,
  ].join('|'),
  'v',
);

/** LRM, RLM and ALM: without a letter from right to left in the text they have nothing to do. */
const MARKS = /^[\u200E\u200F\u061C]$/u;

const EACH = new RegExp(`${HONEST.source}|(${HIDING.source})`, 'gv');

/** A stranger's text as one line, in which nothing can hide or turn the words around. */
export function visible(text: string): string {
  // Mostly there is nothing.
  if (!HIDING.test(text) && !BREAKS.test(text)) return text;
  const isFromRight = FROM_RIGHT.test(text);
  const line = text.split(BREAKS).join(' ');
  return line.replaceAll(EACH, (found, hiding: string | undefined) => {
    if (hiding === undefined || (isFromRight && MARKS.test(hiding))) return found;
    return `<U+${(hiding.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
