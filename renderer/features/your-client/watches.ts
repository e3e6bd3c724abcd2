/** What the screen "Your client" says and draws, from what was seen. Pure. */
import type { AttemptId } from '../../../shared/ids.ts';
import type { StripMark } from '../../../shared/model.ts';
import type { ClientConnectionId, ClientWatchId } from '../../../shared/ids.ts';
import type { ClientConnection, ClientWatch, WatchedServer } from '../../../shared/your-client.ts';
import { formatTime } from '../../format.ts';

/** Sentences about failures that stand above the table. */
const MOST_FAILURES = 3;
/** Numbers of connections that a sentence names. */
const MOST_NUMBERS = 5;

/** The rows of one pass-through, in the order in which its connections began. */
export function rowsOf(
  connections: Iterable<ClientConnection>,
  watchId: ClientWatchId,
): readonly ClientConnection[] {
  return [...connections]
    .filter((row) => row.watchId === watchId)
    .toSorted((a, b) => a.seen.number - b.seen.number);
}

/** The latest handshakes that are over, as marks of a strip. */
export function marksOf(rows: readonly ClientConnection[], length: number): readonly StripMark[] {
  return rows
    .flatMap(({ id, seen: { outcome, startedAt } }) => {
      if (outcome.kind === 'pending') return [];
      return [{ attemptId: markId(id), kind: outcome.kind, at: startedAt }];
    })
    .slice(-length);
}

function markId(id: ClientConnectionId): AttemptId {
  return id as string as AttemptId;
}

/** What went wrong, each sentence once, with those that it went wrong for; the latest at last. */
export function failuresOf(
  rows: readonly ClientConnection[],
): readonly { readonly text: string; readonly which: string }[] {
  const numbers = new Map<string, number[]>();
  for (const { seen } of rows) {
    if (seen.outcome.kind !== 'failed') continue;
    const { text } = seen.outcome;
    const same = numbers.get(text) ?? [];
    // Of the latest one.
    numbers.delete(text);
    numbers.set(text, [...same.slice(1 - MOST_NUMBERS), seen.number]);
  }
  const count = (text: string) =>
    rows.filter(({ seen: { outcome } }) => outcome.kind === 'failed' && outcome.text === text)
      .length;
  return [...numbers].slice(-MOST_FAILURES).map(([text, latest]) => {
    const more = count(text) - latest.length;
    const named = latest.map((number) => `#${number}`).join(', ');
    return { text, which: more > 0 ? `${named} and ${more} before` : named };
  });
}

/** In a word, with since when. */
export function stateWord(state: ClientWatch['state']): string {
  switch (state.kind) {
    case 'starting':
      return 'Starting';
    case 'listening':
      return `Listening at port ${state.listening.port}`;
    case 'stopped':
      return `Stopped at ${formatTime(state.at)}`;
  }
}

/** Of the file that a report is handed over in. */
export function reportFileName({ host, port }: WatchedServer): string {
  return `your-client-${host.replaceAll(/[^\w.-]/g, '_')}-${port}.json`;
}
