/** Letters of scripts that run from right to left. */
const FROM_RIGHT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * A name that somebody else chose, for use inside a sentence: whichever direction it runs in, the
 * words around it keep their places (Unicode's bidirectional algorithm, FSI and PDI).
 */
export function isolate(name: string): string {
  return FROM_RIGHT.test(name) ? `\u2068${name}\u2069` : name;
}
