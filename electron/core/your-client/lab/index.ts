/**
 * The lab: what a mail program does wrong about TLS sessions, found by servers made for that. In the
 * order of reading: `plan.ts` (what is done to the next connection; pure), `lab.ts` (where it listens),
 * `visit/` (one connection: its handshake, the sessions that it is given, what of it is seen to the last
 * record, and the mail protocols, for anybody), `verdict.ts` (what follows; pure), `authority.ts` (the
 * lab's certificates), `client-runs.ts` (a program that is started). For the interface: `lab-desk.ts` keeps
 * the state; `live-lab.ts` is on a thread of its own, whose program `worker.ts` is.
 */
export { labNames, openLabAuthority, ownCertificate, type LabCertificates } from './authority.ts';
export { filledIn, placesIn, runClient, type RunsEnd } from './client-runs.ts';
export { Lab, labPorts, MOST_VISITORS, type LabPort } from './lab.ts';
export { LabDesk } from './lab-desk.ts';
