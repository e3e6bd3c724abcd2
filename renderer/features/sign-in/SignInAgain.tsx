import type { ComponentProps, ReactNode } from 'react';
import type { Account } from '../../../shared/model.ts';
import { openSignIn } from '../../engine/store.ts';
import { Button } from '../../ui/controls.tsx';

/** The one click that mends an account whose sign-in has ended; nothing for one with a password. */
export function canSignInAgain({ signIn }: Pick<Account, 'signIn'>): boolean {
  return signIn.kind === 'oauth';
}

interface SignInAgainProps extends Omit<ComponentProps<typeof Button>, 'onClick'> {
  readonly account: Account;
}

/** Opens the sign-in of an account, which begins at once. */
export function SignInAgain({ account, children, ...rest }: SignInAgainProps): ReactNode {
  return (
    <Button
      aria-label={`Sign in again: ${account.label}`}
      title={`Sign in again: ${account.label}`}
      {...rest}
      onClick={(press) => {
        press.stopPropagation();
        openSignIn(account.id);
      }}
    >
      {children ?? 'Sign in again'}
    </Button>
  );
}
