/**
 * Sign-ins in the browser that providers of the list offer. None has a client id of Reprise's: one that is
 * shipped has to be verified and paid for by whoever ships it, and one of another program's is not ours.
 */
import type { OAuthOffer } from './oauth.ts';

/** Gmail and Google Workspace. */
export const GOOGLE_OAUTH: OAuthOffer = {
  issuer: 'https://accounts.google.com',
  name: 'Google',
  // Its device flow knows no access to mail: developers.google.com/identity/protocols/oauth2/limited-input-device
  flows: ['browser'],
  clientNeeded: true,
  secretNeeded: true,
  steps: [
    'Make a project in the Google Cloud console, and enable the Gmail API for it.',
    'Under “Google Auth Platform”, fill in the branding, and choose the audience: “Internal” where it is your organization’s, else “External”.',
    'Under “Data access”, add the scope https://mail.google.com/.',
    'External: under “Audience”, publish the app. While it is in testing, Google ends each sign-in after 7 days. You then see a warning that the app is not verified: it is your own.',
    'Under “Clients”, create a client of the type “Desktop app”, and copy its client id and client secret here.',
  ],
  stepsUrl: 'https://console.cloud.google.com/auth/clients',
};

const MICROSOFT_STEPS = [
  'Open “App registrations” and choose “New registration”.',
  'Choose the account types: for an address at outlook.com or hotmail.com those with personal Microsoft accounts, for work or school “any organizational directory”.',
  'As redirect URI choose “Public client/native (mobile & desktop)” and enter http://localhost.',
  'Under “Authentication”, allow public client flows.',
  'Under “API permissions”, add the delegated permissions IMAP.AccessAsUser.All and offline_access of Microsoft Graph. In an organization an administrator may have to consent.',
  'Copy the “Application (client) ID” here. No secret is needed.',
];

/** Outlook.com and Microsoft 365: whoever signs in decides which of the two. */
export const MICROSOFT_OAUTH: OAuthOffer = {
  issuer: 'https://login.microsoftonline.com/common/v2.0',
  name: 'Microsoft',
  flows: ['browser', 'device'],
  clientNeeded: true,
  secretNeeded: false,
  steps: MICROSOFT_STEPS,
  stepsUrl: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
};

/** The cloud of the government of the United States. */
export const MICROSOFT_US_OAUTH: OAuthOffer = {
  ...MICROSOFT_OAUTH,
  issuer: 'https://login.microsoftonline.us/organizations/v2.0',
  name: 'Microsoft (US Government)',
  stepsUrl: 'https://entra.microsoft.us/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
};

/** The cloud that 21Vianet runs in China. */
export const MICROSOFT_CN_OAUTH: OAuthOffer = {
  ...MICROSOFT_OAUTH,
  issuer: 'https://login.partner.microsoftonline.cn/organizations/v2.0',
  name: 'Microsoft (21Vianet)',
  stepsUrl: 'https://portal.azure.cn/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
};

export const FASTMAIL_OAUTH: OAuthOffer = {
  issuer: 'https://api.fastmail.com',
  name: 'Fastmail',
  flows: ['browser'],
  clientNeeded: true,
  secretNeeded: false,
  steps: [
    'Fastmail gives client ids on request: write to its partnerships address, as its page for developers says. An app password needs no request.',
    'As redirect URI name http://127.0.0.1/.',
    'Copy the client id here. No secret is needed.',
  ],
  stepsUrl: 'https://www.fastmail.com/for-developers/oauth/',
};

export const YANDEX_OAUTH: OAuthOffer = {
  issuer: 'https://oauth.yandex.com',
  name: 'Yandex',
  flows: ['device'],
  clientNeeded: true,
  secretNeeded: true,
  steps: [
    'Create an app at Yandex OAuth for access to the API or for debugging.',
    'As redirect URI enter https://oauth.yandex.com/verification_code.',
    'Among its permissions name mail:imap_full.',
    'Copy its ClientID and its client secret here.',
  ],
  stepsUrl: 'https://oauth.yandex.com/client/new',
};

/** Why neither Yahoo nor AOL is among them. */
export const WHY_NO_YAHOO_OAUTH =
  'Yahoo and AOL give client ids for mail only to companies with which they have a contract, so there is no sign-in in the browser here. An app password does the same.';

/** Every one of them, in the order in which they are offered for a client id. */
export const OAUTH_OFFERS: readonly OAuthOffer[] = [
  GOOGLE_OAUTH,
  MICROSOFT_OAUTH,
  MICROSOFT_US_OAUTH,
  MICROSOFT_CN_OAUTH,
  FASTMAIL_OAUTH,
  YANDEX_OAUTH,
];

/** What is known of an issuer; of one that is not in the list, that it may let programs register. */
export function offerOf(issuer: string): OAuthOffer {
  return (
    OAUTH_OFFERS.find((offer) => offer.issuer === issuer) ?? {
      issuer,
      name: URL.canParse(issuer) ? new URL(issuer).host : issuer,
      flows: ['browser', 'device'],
      clientNeeded: false,
      secretNeeded: false,
      steps: [],
      stepsUrl: null,
    }
  );
}
