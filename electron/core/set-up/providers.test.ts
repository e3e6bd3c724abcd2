import { describe, expect, it } from 'vitest';
import { normalName } from '../tls/index.ts';
import { helpLinks, providerOfDomain, providerOfExchanger, PROVIDERS } from './providers.ts';

describe('the list of providers', () => {
  it.each([
    ['gmail.com', 'imap.gmail.com', 'app'],
    ['hotmail.co.uk', 'outlook.office365.com', 'none'],
    ['yahoo.co.uk', 'imap.mail.yahoo.com', 'app'],
    ['aol.com', 'imap.aol.com', 'app'],
    ['icloud.com', 'imap.mail.me.com', 'app'],
    ['fastmail.fm', 'imap.fastmail.com', 'app'],
    ['gmx.at', 'imap.gmx.net', 'account'],
    ['gmx.com', 'imap.gmx.com', 'account'],
    ['web.de', 'imap.web.de', 'account'],
    ['mail.ru', 'imap.mail.ru', 'app'],
    ['ya.ru', 'imap.yandex.ru', 'app'],
    ['proton.me', '127.0.0.1', 'app'],
    ['zoho.eu', 'imap.zoho.eu', 'account'],
    ['mailbox.org', 'imap.mailbox.org', 'account'],
    ['posteo.net', 'posteo.de', 'account'],
    ['t-online.de', 'secureimap.t-online.de', 'app'],
    ['wanadoo.fr', 'imap.orange.fr', 'account'],
    ['free.fr', 'imap.free.fr', 'account'],
    ['libero.it', 'imapmail.libero.it', 'account'],
    ['seznam.cz', 'imap.seznam.cz', 'account'],
    ['comcast.net', 'imap.comcast.net', 'account'],
    ['runbox.com', 'mail.runbox.com', 'account'],
    ['ik.me', 'imap.infomaniak.com', 'account'],
  ])('knows %s', (domain, host, passwords) => {
    expect(providerOfDomain(domain)).toMatchObject({ host, passwords });
  });

  it.each([
    // As `dig MX` shows them.
    ['aspmx.l.google.com', 'Google Workspace'],
    ['alt4.aspmx.l.google.com', 'Google Workspace'],
    ['aspmx2.googlemail.com', 'Google Workspace'],
    ['smtp.google.com', 'Google Workspace'],
    ['contoso-com.mail.protection.outlook.com', 'Microsoft 365'],
    ['contoso-com.o-v1.mx.microsoft', 'Microsoft 365'],
    ['contoso.mail.protection.office365.us', 'Microsoft 365 Government'],
    ['in1-smtp.messagingengine.com', 'Fastmail'],
    ['mx01.mail.icloud.com', 'iCloud Mail'],
    ['mail.protonmail.ch', 'Proton Mail'],
    ['mx.zoho.eu', 'Zoho Mail'],
    ['mxext1.mailbox.org', 'mailbox.org'],
    ['mx.yandex.net', 'Yandex Mail'],
    ['mta-gw.infomaniak.ch', 'Infomaniak'],
    ['mx1.mail.ovh.net', 'OVHcloud'],
    ['mx00.ionos.de', 'IONOS'],
    ['mx00.kundenserver.de', 'IONOS'],
    ['smtpin.rzone.de', 'STRATO'],
    ['aspmx1.migadu.com', 'Migadu'],
    ['spool.mail.gandi.net', 'Gandi'],
    ['mx1.titan.email', 'Titan'],
    // An Exchange server at OVH's, which is none of those that are read by IMAP at the same name.
    ['ex5.mail.ovh.net', undefined],
    ['notgoogle.com', undefined],
    ['google.com.evil.example', undefined],
    ['mx1.example.org', undefined],
  ])('knows who takes the mail at %s: %s', (host, name) => {
    expect(providerOfExchanger(host)?.name).toBe(name);
  });

  it('names each domain once, and servers as they are looked up', () => {
    const domains = PROVIDERS.flatMap((provider) => provider.domains);
    const exchangers = PROVIDERS.flatMap((provider) => provider.exchangers);
    expect(new Set(domains).size).toBe(domains.length);
    const names = [...domains, ...exchangers, ...PROVIDERS.map(({ host }) => host)];
    expect(names.filter((name) => normalName(name) !== name)).toEqual([]);
  });

  it('takes no inherited name for a domain', () => {
    expect(providerOfDomain('constructor')).toBeNull();
  });

  it('leads to pages over https alone', () => {
    expect([...helpLinks].filter((link) => new URL(link).protocol !== 'https:')).toEqual([]);
  });
});
