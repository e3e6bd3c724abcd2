/** How to ask for another check, which differs by where it was asked for. */

/** Each is the part of a sentence that says what to do, by the names that its reader sees. */
export interface CheckWays {
  /** To begin in plain text. */
  readonly starttls: string;
  /** To expect another name in the certificate; the name was said before. */
  readonly servername: string;
  /** To trust an authority of one's own. */
  readonly caFile: string;
}

/** The fields of the interface's form, by their labels. */
export const FORM_WAYS: CheckWays = {
  starttls: 'choose STARTTLS',
  servername: 'enter that name in “Server name for the certificate”',
  caFile: 'choose the certificate of its authority in “CA certificate file”',
};
