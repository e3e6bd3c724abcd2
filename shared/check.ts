/**
 * The server check: what is asked for, and the document that it ends with. The schema below is the
 * published one, see `check-report.schema.json`; a change that readers would notice raises
 * {@link CHECK_SCHEMA_VERSION}.
 */
import { z } from 'zod';

/**
 * Version of the document. Fields may be added without raising it; the values of a field are a
 * closed set, so that one more raises it. 2 has the notes `lifetime-short`, `only-under-tls12`,
 * `session-id-not-kept` and `several-certificates`, and the problem `client-certificate`.
 */
export const CHECK_SCHEMA_VERSION = 2;

export const MAIL_PROTOCOLS = ['imap', 'smtp', 'pop3'] as const;
export type MailProtocol = (typeof MAIL_PROTOCOLS)[number];

/** What came of one version and mechanism at one address; also of the whole server. */
export const VERDICTS = [
  'resumes',
  'resumes-sometimes',
  'issues-but-refuses',
  'nothing-issued',
  /** Resumes, but a resumed connection brings no new ticket. */
  'no-renewal',
  /** The server does not speak that version. */
  'not-offered',
  'unreachable',
  'not-tls',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export const NOTE_IDS = [
  'lifetime-over-7-days',
  'lifetime-over-1-day',
  'lifetime-short',
  'lifetime-0',
  'stateful-tickets',
  'not-shared-between-addresses',
  'several-ticket-keys',
  'only-under-tls12',
  'session-id-not-kept',
  'dovecot-one-process-per-login',
  'session-id-context-missing',
  'certificate-trouble',
  'several-certificates',
] as const;
export type NoteId = (typeof NOTE_IDS)[number];

/** How many attempts to resume are made of each mechanism, unless asked otherwise. */
export const DEFAULT_ATTEMPTS = 8;
/** More would not fit the connections that a check may make. */
export const MAX_ATTEMPTS = 50;

const count = z.int().min(0);
const protocol = z.enum(['TLSv1.2', 'TLSv1.3']);
const mechanism = z.enum(['ticket', 'session-id']);

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  validFromAt: z.number().nullable(),
  validToAt: z.number().nullable(),
  fingerprint256: z.string(),
});

const spreadSchema = z.object({
  median: z.number(),
  low: z.number(),
  high: z.number(),
  samples: count,
});

const costSchema = z.object({
  /** From the ClientHello until TLS is there. */
  ms: spreadSchema,
  /** From the ClientHello until the first line after it. */
  sentBytes: spreadSchema,
  receivedBytes: spreadSchema,
});

const problemSchema = z.object({
  code: z.enum([
    'proxy',
    'dns',
    'refused',
    'unreachable',
    'timeout',
    'closed',
    'not-tls',
    'no-starttls',
    'not-mail',
    'complaint',
    'certificate',
    'client-certificate',
    'tls',
  ]),
  /** What is wrong and what to do, in a sentence or two. */
  message: z.string(),
  /** What the server itself said, where it said something. */
  serverLine: z.string().nullable(),
  /** What the server showed, where that is the problem. */
  certificate: certificateSchema.nullable(),
});

const resultSchema = z.object({
  address: z.string(),
  protocol,
  mechanism,
  verdict: z.enum(VERDICTS),
  /** Sessions or tickets that came with a full handshake; `null` where there was none. */
  issuedOnFull: count.nullable(),
  issuedOnResumption: count.nullable(),
  /** What the server says; `null` where it says nothing, as with session IDs. */
  lifetimeSeconds: z.number().nullable(),
  attempts: count,
  resumed: count,
  /** Whether one ticket or session was taken up twice; `null` where that could not be told. */
  sameTicketTwice: z.boolean().nullable(),
  ticketBytes: count.nullable(),
  /** Different names of ticket keys seen; `null` where tickets name none. */
  ticketKeys: count.nullable(),
  /** Attempts whose handshake broke off over the session that was offered. */
  brokenHandshakes: count,
  full: costSchema.nullable(),
  resumption: costSchema.nullable(),
});

const noteSchema = z.object({
  id: z
    .enum(NOTE_IDS)
    .describe(
      'A closed set: a further note raises schemaVersion. Version 1 had the nine that are not lifetime-short, only-under-tls12, session-id-not-kept or several-certificates.',
    ),
  confidence: z.enum(['measured', 'likely']),
  text: z.string(),
  evidence: z.string(),
  advice: z
    .object({
      text: z.string(),
      /** Lines for the server's configuration. */
      configuration: z.string().nullable(),
      /** What they cost, such as in isolation. */
      cost: z.string().nullable(),
    })
    .nullable(),
});

export const checkReportSchema = z.object({
  schemaVersion: z.literal(CHECK_SCHEMA_VERSION),
  program: z.object({ name: z.literal('Reprise'), version: z.string(), engine: z.string() }),
  /** In ms since the epoch. */
  startedAt: z.number(),
  tookMs: z.number(),
  target: z.object({
    protocol: z.enum(MAIL_PROTOCOLS),
    host: z.string(),
    port: z.int().min(1).max(65_535),
    security: z.enum(['tls', 'starttls']),
    servername: z.string().nullable(),
  }),
  /** What the server says of itself; `null` where it says nothing that is known. */
  software: z.string().nullable(),
  /** Overall; `null` where the certificate is not trusted, so that nothing was tested. */
  verdict: z.enum(VERDICTS).nullable(),
  summary: z.string(),
  connections: count,
  addresses: z.array(
    z.object({
      address: z.string(),
      /** `null` for a name that a proxy looks up. */
      family: z.union([z.literal(4), z.literal(6)]).nullable(),
      problem: problemSchema.nullable(),
      certificate: certificateSchema.nullable(),
    }),
  ),
  results: z.array(resultSchema),
  /** A session of one address, offered at another. */
  acrossAddresses: z.array(
    z.object({ from: z.string(), to: z.string(), protocol, mechanism, resumed: z.boolean() }),
  ),
  notes: z.array(noteSchema),
  /** Why the check ended before it was complete; `null` where it is. */
  stopped: z.string().nullable(),
  /** Why nothing could be tested; `null` where something was. */
  problem: problemSchema.nullable(),
});

export type CheckReport = z.infer<typeof checkReportSchema>;
export type CheckResult = z.infer<typeof resultSchema>;
export type CheckNote = z.infer<typeof noteSchema>;
export type CheckProblem = z.infer<typeof problemSchema>;
export type CheckTarget = CheckReport['target'];
export type CheckAddress = CheckReport['addresses'][number];
export type CheckCertificate = z.infer<typeof certificateSchema>;
export type AcrossAddresses = CheckReport['acrossAddresses'][number];
export type Spread = z.infer<typeof spreadSchema>;
export type HandshakeCost = z.infer<typeof costSchema>;
export type TicketMechanism = z.infer<typeof mechanism>;

/** The JSON Schema (2020-12) of a {@link CheckReport}. */
export function checkReportJsonSchema(): object {
  return { title: 'Reprise server check', ...z.toJSONSchema(checkReportSchema) };
}
