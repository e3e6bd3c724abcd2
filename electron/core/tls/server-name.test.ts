import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import { normalName, withoutZone } from './server-name.ts';

describe('a name has one form', () => {
  it.each([
    [
      'imap.example.org',
      ['imap.example.org', 'IMAP.Example.ORG', 'imap.example.org.', ' imap.example.org '],
    ],
    ['imap.example.org', ['imap。example。org', 'imap．example．org', 'ｉｍａｐ.example.org']],
    // Invisible: copied from a page along with the name.
    ['imap.example.org', ['imap.exam\u00ADple.org', 'imap.example\u200B.org']],
    ['xn--bcher-kva.example', ['bücher.example', 'BÜCHER.example.', 'bu\u0308cher.example']],
    ['xn--bcher-kva.example', ['xn--bcher-kva.example', 'XN--BCHER-KVA.Example']],
    // Since 2010 no longer `fass`.
    ['xn--fa-hia.de', ['faß.de', 'FAẞ.de']],
    ['xn--mgbh0fb.xn--kgbechtv', ['مثال.إختبار']],
    ['xn--r8jz45g.xn--zckzah', ['例え.テスト', '例え。テスト']],
    ['_imaps.my_host.example', ['_imaps.my_host.example']],
    ['localhost', ['localhost', 'localhost.', 'LOCALHOST']],
    ['mail', ['mail', 'mail.']],
  ])('%s, as %j', (name, spellings) => {
    expect(spellings.map(normalName)).toEqual(spellings.map(() => name));
  });

  it.each(['bücher.example', 'faß.de', 'مثال.إختبار', 'ελλάδα.gr', 'пошта.укр', '메일.한국'])(
    'which for %s is that of Node',
    (typed) => {
      expect(normalName(typed)).toBe(domainToASCII(typed));
    },
  );
});

describe('an address has one form', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '127.0.0.1.']],
    ['127.0.0.1', ['１２７.0.0.1', '::ffff:127.0.0.1', '::FFFF:7f00:1', '[::ffff:127.0.0.1]']],
    ['::1', ['::1', '[::1]', '::0001', '0:0:0:0:0:0:0:1', '0000::0.0.0.1', ' [::1] ']],
    ['2001:db8::a', ['2001:DB8::A', '2001:0db8:0:0:0:0:0:a', '[2001:db8:0::0:a]']],
    ['fe80::1%eth0', ['fe80::1%eth0', 'FE80::0001%eth0', '[fe80::1%eth0]', '[fe80::1%25eth0]']],
    ['fe80::1%25', ['fe80::1%25', '[fe80::1%25]']],
    ['fe80::1%Ethernet_2', ['fe80::1%Ethernet_2']],
  ])('%s, as %j', (name, spellings) => {
    expect(spellings.map(normalName)).toEqual(spellings.map(() => name));
  });

  it('whose zone sets it apart, and is no part of what a certificate is for', () => {
    expect(normalName('fe80::1%eth0')).not.toBe(normalName('fe80::1%eth1'));
    expect(withoutZone('fe80::1%eth0')).toBe('fe80::1');
    expect(withoutZone('imap.example.org')).toBe('imap.example.org');
  });
});

describe('no server is named by', () => {
  const label = 'a'.repeat(63);
  const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;

  const none = [
    ['', ' ', '.', '..', 'a..b', '.example.org', 'example.org..', 'a b', 'a\tb', 'a\nb'],
    ['http://example.org', 'imap.example.org:993', '[::1]:993', 'example.org/', 'me@example.org'],
    ['example.org?', 'example.org#', 'a%41.org', 'a\\b', 'a*b.org', 'a,b', '-a.org', 'a-.org'],
    ['1.2.3.256', '1.2.3.4.5', '127.0.0.08', 'example.1', '[imap.example.org]', '[192.0.2.1]'],
    ['[::1', '::1]', '[[::1]]', '[]', ':::', '1:2', 'fe80::1%', 'fe80::1%a b', 'fe80::1%a%b'],
    ['192.0.2.1%eth0', 'ex：ample.org', 'ex／ample.org', '\u200B', `${label}a.org`],
    // The last one is 63 letters as they are typed, and more in ASCII.
    [`${longest}a`, `${'ü'.repeat(63)}.example`],
  ];

  it.each(none.flat())('%j', (typed) => {
    expect(normalName(typed)).toBeNull();
  });

  it('and the longest that one may have is a name', () => {
    expect(longest).toHaveLength(253);
    expect(normalName(`${longest}.`)).toBe(longest);
  });
});
