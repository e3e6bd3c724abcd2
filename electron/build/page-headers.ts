/** Headers that keep the page to itself, alike in both shells. */

/**
 * Sent with every answer.
 *
 * @param connectTo what the page may connect to besides its own origin, such as
 *   `ws://127.0.0.1:7993`: `'self'` covers WebSockets in some browsers only
 */
export function pageHeaders(connectTo: readonly string[] = []): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(connectTo),
    'X-Content-Type-Options': 'nosniff',
    // Says what `frame-ancestors` says, to what does not know that.
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    // Other pages can neither hold a handle to this one nor load its files.
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': NO_FEATURES.map((feature) => `${feature}=()`).join(', '),
  };
}

/** Browser features that a mail dashboard never needs. */
const NO_FEATURES = [
  'camera',
  'display-capture',
  'geolocation',
  'hid',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
] as const;

function contentSecurityPolicy(connectTo: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connectTo].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Where browsers know it, text never becomes markup or script, not even by a mistake of ours.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
