/** Which names of mailboxes are one: a rule of its own, which the page needs without the schemas. */

/** INBOX is the one name whose case does not matter (RFC 3501 §5.1). */
export function isInbox(name: string): boolean {
  return name.toUpperCase() === 'INBOX';
}

/** Whether two names are one on every server; nothing else of them is changed, spaces neither. */
export function isSameMailbox(one: string, other: string): boolean {
  return one === other || (isInbox(one) && isInbox(other));
}
