import { filesTargets } from './files.ts';
import { framesTarget } from './frames.ts';
import { imapTarget } from './imap.ts';
import { keptTargets } from './kept.ts';
import { setUpTargets } from './set-up.ts';
import { signInTargets } from './sign-in.ts';
import { tlsTargets } from './tls.ts';
import type { FuzzTarget } from './target.ts';

/** Everything that reads what others may have written. */
export const TARGETS: readonly FuzzTarget[] = [
  ...tlsTargets,
  framesTarget,
  imapTarget,
  ...filesTargets,
  ...setUpTargets,
  ...signInTargets,
  ...keptTargets,
];
