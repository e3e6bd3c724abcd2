/**
 * The lab: what a mail program does wrong about TLS sessions, found by servers made for that. The
 * schema below is the published one, see `client-check-report.schema.json`.
 */
import { z } from 'zod';
import { MAIL_PROTOCOLS } from './check.ts';
import { FINDING_IDS, FINDING_WEIGHTS, LAB_STEPS } from './client-findings.ts';
import { connectionSchema, mechanismSchema, offerSchema } from './your-client.ts';

/** Raised when a field goes or changes its meaning, or a closed set grows. */
export const CLIENT_CHECK_SCHEMA_VERSION = 1;

/** What came of it all. */
export const CLIENT_VERDICTS = ['no-fault', 'fault', 'grave', 'not-tested'] as const;

const count = z.int().min(0);
const port = z.int().min(1).max(65_535);
const begins = z.enum(['tls', 'starttls']);

const labOfferSchema = offerSchema.extend({
  /** The same in two offers of the same ticket or session; a hash, of no use to anybody else. */
  identity: z.string(),
  /** Where it was given; `null` for one that the lab did not give. */
  issued: z.object({ port, serverName: z.string().nullable() }).nullable(),
  /** Since it was given, as the lab knows; `null` where the lab did not give it. */
  ageMs: z.number().nullable(),
  /** As the client was told; `null` where it was told none, as with session IDs. */
  lifetimeMs: z.number().nullable(),
});

/** A connection as a pass-through would see it, and what a server alone sees. */
const labConnectionSchema = connectionSchema.extend({
  protocol: z.enum(MAIL_PROTOCOLS),
  port,
  step: z.enum(LAB_STEPS),
  /** What the lab gave here, and so the version that it spoke. */
  variant: mechanismSchema,
  /** Which way TLS is to begin at this port. */
  way: begins,
  /** The name that the program was told to dial; `null` for `localhost` and addresses. */
  dialledName: z.string().nullable(),
  /** What the ClientHello says of itself; `null` where none came. */
  hello: z
    .object({
      supportsTls13: z.boolean(),
      /** It has session_ticket: the client takes tickets under TLS 1.2. */
      takesTickets: z.boolean(),
      /** Of psk_key_exchange_modes; a client without any takes no TLS 1.3 tickets. */
      pskModes: z.array(z.int()),
    })
    .nullable(),
  offers: z.array(labOfferSchema),
  /** Tickets that were sent, or 1 for a session ID. */
  sessionsGiven: count,
  /** The one that the server has, shown or not: a resumption shows none. */
  certificate: z.enum(['own', 'untrusted']),
  /** Application data came from the client; alerts are none. */
  hasSpoken: z.boolean(),
  /**
   * When it had surely read what comes right after the handshake: it had answered to an answer. Programs
   * may keep a connection open for long, and make the next one beside it. `null` where it did not.
   */
  readAfterMs: z.number().nullable(),
});

const planStepSchema = z.object({
  variant: mechanismSchema,
  way: begins,
  step: z.enum(LAB_STEPS),
  state: z.enum(['done', 'not-reached', 'not-here']),
});

const findingSchema = z.object({
  id: z.enum(FINDING_IDS),
  weight: z.enum(FINDING_WEIGHTS),
  /** What was seen, in a sentence or two. */
  text: z.string(),
  /** The connections that prove it, by their numbers. */
  connections: z.array(z.int().min(1)),
  /** Where it is written what a client does. */
  rule: z.object({ document: z.string(), section: z.string(), says: z.string() }),
  /** What to do; `null` where nothing is to be done. */
  advice: z.string().nullable(),
  /** It was said beforehand that this one is known. */
  isAllowed: z.boolean(),
});

export const clientCheckReportSchema = z.object({
  schemaVersion: z.literal(CLIENT_CHECK_SCHEMA_VERSION),
  program: z.object({ name: z.literal('Reprise'), version: z.string(), engine: z.string() }),
  /** In ms since the epoch. */
  startedAt: z.number(),
  tookMs: z.number(),
  listening: z.array(
    z.object({
      protocol: z.enum(MAIL_PROTOCOLS),
      way: begins,
      address: z.string(),
      port,
      /** Who can reach it. */
      reach: z.enum(['this-machine', 'network']),
    }),
  ),
  /** Names that are mapped to the lab, beside `localhost` and addresses. */
  names: z.array(z.string()),
  verdict: z.enum(CLIENT_VERDICTS),
  summary: z.string(),
  findings: z.array(findingSchema),
  /** What was not to be seen, neither the fault nor that it is not there. */
  notSeen: z.array(z.enum(FINDING_IDS)),
  plan: z.array(planStepSchema),
  /** The latest, oldest first. */
  connections: z.array(labConnectionSchema),
  /** Earlier ones that are counted and not listed. */
  leftOut: count,
  /** Why nothing could be tested, or why the plan ended early; `null` where it did not. */
  problem: z.string().nullable(),
});

export type ClientCheckReport = z.infer<typeof clientCheckReportSchema>;
export type LabConnection = z.infer<typeof labConnectionSchema>;
export type LabOffer = LabConnection['offers'][number];
export type LabVariant = LabConnection['variant'];
export type LabWay = LabConnection['way'];
export type LabPlanStep = z.infer<typeof planStepSchema>;
export type ClientFinding = z.infer<typeof findingSchema>;

/** The JSON Schema (2020-12) of a {@link ClientCheckReport}. */
export function clientCheckReportJsonSchema(): object {
  return { title: 'Reprise client check', ...z.toJSONSchema(clientCheckReportSchema) };
}
