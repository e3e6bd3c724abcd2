/** Sessions made by hand from their documented structure, for tests. */
import { Constructed, Integer, OctetString, Sequence } from 'asn1js';

export const TLS12 = 0x0303;
export const TLS13 = 0x0304;

/** Fields of SSL_SESSION by their context tag; numbers are INTEGERs, texts are OCTET STRINGs. */
type Fields = Readonly<Record<number, number | string>>;

/** An SSL_SESSION as i2d_SSL_SESSION writes it, made by hand from its ASN.1. */
export function sessionDer(
  version: number,
  fields: Fields,
  certificate?: Uint8Array<ArrayBuffer>,
): Buffer {
  const value = [
    new Integer({ value: 1 }),
    new Integer({ value: version }),
    octets('\x13\x01'),
    octets('session-id'),
    octets('master-secret'),
    ...(certificate === undefined
      ? []
      : [explicit(3, new OctetString({ valueHex: certificate.buffer }))]),
    ...Object.entries(fields).map(([tag, field]) =>
      explicit(
        Number(tag),
        typeof field === 'number' ? new Integer({ value: field }) : octets(field),
      ),
    ),
  ];
  return Buffer.from(new Sequence({ value }).toBER());
}

function octets(text: string): OctetString {
  return new OctetString({ valueHex: Uint8Array.from(Buffer.from(text)).buffer });
}

function explicit(tagNumber: number, value: Integer | OctetString): Constructed {
  return new Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] });
}

/** As Node wraps sessions since 24.17. */
export function wrapSession(der: Buffer, identity: string): Buffer {
  const name = Buffer.from(identity);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return Buffer.concat([Buffer.from('\0nodejs:tls:session:1\0', 'latin1'), length, name, der]);
}
