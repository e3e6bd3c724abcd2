/** A two-way carrier of structured values. */
export interface Channel {
  post(frame: unknown): void;
  /** Called once, before any frame may arrive. What cannot be decoded is passed on as it is. */
  listen(onFrame: (frame: unknown) => void): void;
  /** Calls back once, when either side has closed. */
  onClose(closed: () => void): void;
  close(): void;
}
