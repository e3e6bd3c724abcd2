import type { ReactNode } from 'react';
import { Question } from '../../ui/Question.tsx';
import { shortFingerprint } from '../certificate/fingerprint.ts';
import { strayPinOf } from './draft.ts';
import type { AccountFormState } from './use-account-form.ts';

/** Asks what becomes of the trusted certificate where the server is another one now. */
export function StrayPinQuestion({ state }: { readonly state: AccountFormState }): ReactNode {
  const pin = strayPinOf(state.draft);
  if (!state.isAskingAboutPin || pin === null) return null;
  return (
    <Question
      title="Stop trusting the certificate?"
      description={`The certificate ${shortFingerprint(pin.certificate.fingerprint256)} was trusted for ${pin.host} alone. On ${state.draft.host.trim()}, certificates are checked as usual, by the authorities of your system.`}
      confirm="Remove the certificate"
      cancel={`Keep ${pin.host}`}
      onConfirm={() => void state.dropPin()}
      onCancel={state.keepPin}
    />
  );
}
