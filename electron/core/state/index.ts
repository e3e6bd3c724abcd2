/**
 * The state that pages see: low, services write it and know nobody above. `snapshot.ts` first: the
 * tables, and the stream of patches that keeps a page's copy true; which tables there are is listed
 * in `shared/state.ts`. Then `notice-board.ts`: what belongs to no single connection.
 */
export { EngineState, SnapshotStream } from './snapshot.ts';
export { NoticeBoard, passwordNotice, passwordUnusable } from './notice-board.ts';
