/** SHA-256 fingerprints as people compare them. Pure. */

/** Bytes that the eye takes in one go. */
const BYTES_IN_GROUP = 8;
const BYTES_IN_SHORT = 4;

/** The fingerprint in pieces that, put together, are the fingerprint again. */
export function fingerprintGroups(fingerprint: string): readonly string[] {
  const bytes = fingerprint.split(':');
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_IN_GROUP) {
    const isLast = at + BYTES_IN_GROUP >= bytes.length;
    groups.push(`${bytes.slice(at, at + BYTES_IN_GROUP).join(':')}${isLast ? '' : ':'}`);
  }
  return groups;
}

/** Its beginning, for where there is no room: to recognise it, never to verify it. */
export function shortFingerprint(fingerprint: string): string {
  return `${fingerprint.split(':').slice(0, BYTES_IN_SHORT).join(':')}…`;
}
