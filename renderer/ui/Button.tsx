import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` once on a screen at most; `quiet` and `icon` have no frame of their own. */
  readonly look?: 'plain' | 'primary' | 'quiet' | 'icon' | 'danger';
}

/** A button. Never submits a form unless it says `type="submit"`. */
export function Button({ look = 'plain', className, type, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      // oxlint-disable-next-line react/button-has-type -- it has one: `button` unless given
      type={type ?? 'button'}
      className={[styles.button, styles[look], className].filter(Boolean).join(' ')}
      {...rest}
    />
  );
}
