/** IP addresses in certificates, as people write them. Pure. */

/**
 * The address as RFC 5952 writes it: `0:0:0:0:0:0:0:1` is `::1`, and an IPv4 address within it is
 * told as such (section 5). What is no IPv6 address stays as it is.
 */
export function shortAddress(address: string): string {
  // Nothing that would end the brackets below: a certificate may say anything.
  if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(address)) return address;
  // A URL's host in brackets is IPv6 or none at all, and comes back in its shortest form.
  const short = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (short === undefined) return address;
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const octets = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return `::ffff:${octets.join('.')}`;
}
