/** What to do before trusting a certificate: beside every button that does. */
export const COMPARE_ADVICE =
  'Compare the fingerprint with one that you have from whoever runs the server, or from the server itself. Every other line can be copied by somebody on the way.';

/** The button that trusts a certificate for the first time. */
export const TRUST_LABEL = 'Trust only this certificate for this account';
