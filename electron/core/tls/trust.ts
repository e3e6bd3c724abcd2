/**
 * What a connection trusts. It is part of the peer key: a session made under one trust is never
 * offered under another, because a resumed handshake is not verified again.
 */
export type TlsTrust =
  /** The certificate authorities of the system, as Node finds them. */
  | { readonly kind: 'system' }
  /** Only the certificates of this PEM text. */
  | { readonly kind: 'ca'; readonly pem: string };
