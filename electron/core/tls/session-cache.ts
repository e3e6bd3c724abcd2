/** PLACEHOLDER: being written. The methods below are those that other folders may rely on. */
export class SessionCache {
  /** Off: forgets the account's sessions at once, and stores and offers none until it is on again. Returns how many were forgotten. */
  setEnabled(_account: string, _enabled: boolean): number {
    return 0;
  }
  /** Forgets every session of the account; returns how many. */
  forget(_account: string): number {
    return 0;
  }
}
