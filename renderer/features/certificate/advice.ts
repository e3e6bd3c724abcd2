/** What to do before trusting a certificate: beside every button that does. */
export const COMPARE_ADVICE =
  'Compare the SHA-256 fingerprint with one that you have from somewhere else: from whoever runs the server, or from the server itself. Somebody on the way can copy every other line.';

/** The button that trusts a certificate for the first time. */
export const TRUST_LABEL = 'Trust only this certificate for this account';
