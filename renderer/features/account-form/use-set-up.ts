import { useRef, useState, type Dispatch, type SetStateAction } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import { isUrl, parseImapUrl, withoutPassword } from '../../../shared/imap-url.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import {
  domainOf,
  withField,
  withFound,
  withoutFound,
  withUrl,
  type Draft,
  type Field,
} from './draft.ts';
import {
  ENTER_SERVER,
  foundIn,
  FROM_LINK,
  isPastedLink,
  nothingFound,
  type Found,
  type SetUp,
} from './set-up.ts';

interface SetUpDeps {
  readonly start: SetUp;
  readonly draft: Draft;
  readonly setDraft: Dispatch<SetStateAction<Draft>>;
  /** Something is wrong with the address; `null` before it is looked at anew. */
  readonly sayOfAddress: (message: string | null) => void;
  readonly focus: (field: Field) => void;
  /** Opens what is folded, where something stands in it now. */
  readonly unfold: (draft: Draft) => void;
}

/** Finds the settings for an address, in steps that lead from it to the fields. */
export function useSetUp(deps: SetUpDeps) {
  const { draft, setDraft, sayOfAddress, focus, unfold } = deps;
  const api = useEngineApi();
  const isOn = useEngine(({ settings }) => settings.lookUpSettings);
  const clients = useEngine(({ oauthClients }) => oauthClients);
  const [setUp, setSetUp] = useState(deps.start);
  /** The search whose answer counts: any other one comes too late. */
  const search = useRef(0);
  /** The server outside of the address's own domain that may have the password. */
  const [confirmed, setConfirmed] = useState<string | null>(null);

  const found = foundIn(setUp);
  const foreign =
    found?.settings.foreign === true &&
    found.settings.host !== confirmed &&
    isSameHost(draft.host, found.settings.host)
      ? found
      : null;

  const goTo = (next: SetUp) => {
    search.current += 1;
    setSetUp(next);
  };

  const refuse = (message: string) => {
    sayOfAddress(message);
    focus('user');
  };

  /** What was filled in for another address goes with it. */
  const leave = (left: Found) => {
    setDraft((before) => withoutFound(before, left.address, left.settings));
    setConfirmed(null);
  };

  /** Fills in what a link says. Its password goes where it is not to be read. */
  const fillIn = (link: string) => {
    const left = found === null ? draft : withoutFound(draft, found.address, found.settings);
    const parsed = parseImapUrl(link);
    if (parsed.kind === 'wrong') {
      const isManual = setUp.kind === 'manual';
      goTo(isManual ? { ...setUp, found: null } : { kind: 'address' });
      setDraft({ ...left, user: withoutPassword(link) });
      refuse(parsed.message);
      return;
    }
    const filled = withUrl(left, parsed.url);
    goTo({ kind: 'manual', found: null, why: FROM_LINK });
    setDraft(filled);
    unfold(filled);
    focus(filled.user === '' ? 'user' : 'password');
  };

  const typeUser = (text: string) => {
    if (isPastedLink(draft.user, text)) {
      fillIn(text);
      return;
    }
    const isManual = setUp.kind === 'manual';
    const domain = domainOf(text);
    const isLeft = !isManual || (domain !== '' && domain !== domainOf(found?.address ?? ''));
    if (found !== null && isLeft) leave(found);
    if (!isManual) goTo({ kind: 'address' });
    else if (isLeft) goTo({ kind: 'manual', found: null, why: null });
    setDraft((before) => withField(before, 'user', text));
  };

  const enterManually = () => {
    goTo({ kind: 'manual', found, why: null });
    unfold({ ...draft, label: null });
    focus(draft.user.trim() === '' ? 'user' : found === null ? 'password' : 'host');
  };

  const show = (address: string, settings: Found['settings'], trouble: string | null) => {
    const next: SetUp = { kind: 'found', found: { address, settings, trouble } };
    const issuer = settings.provider?.oauth?.issuer;
    const hasClient = issuer !== undefined && clients.has(issuer);
    setDraft((before) => withFound({ ...before, user: address }, address, settings, hasClient));
    goTo(next);
  };

  const next = async () => {
    const typed = draft.user.trim();
    sayOfAddress(null);
    if (isUrl(typed)) {
      fillIn(typed);
      return;
    }
    if (typed === '') {
      refuse('Enter your e-mail address or user name.');
      return;
    }
    if (!typed.includes('@')) {
      goTo({ kind: 'manual', found: null, why: ENTER_SERVER });
      focus('password');
      return;
    }
    goTo({ kind: 'looking' });
    focus('password');
    const mine = search.current;
    try {
      const result = await api.findSettings(typed);
      if (search.current !== mine) return;
      const { address, found: settings, trouble } = result;
      if (settings !== null) {
        show(address, settings, trouble);
        return;
      }
      setDraft((before) => ({ ...before, user: address }));
      goTo({ kind: 'manual', found: null, why: nothingFound(result, isOn) });
    } catch (error) {
      if (!(error instanceof RepriseError)) throw error;
      if (search.current !== mine) return;
      if (error.field === 'user') {
        goTo({ kind: 'address' });
        refuse(error.message);
        return;
      }
      goTo({ kind: 'manual', found: null, why: `${error.message} ${ENTER_SERVER}` });
    }
  };

  return {
    setUp,
    /** What is typed for the address, or for the user name: a link fills in everything. */
    typeUser,
    /** Goes on from the address to its settings. */
    next,
    enterManually,
    /** Shows every field, with what was found in them. */
    showFields: () => {
      if (setUp.kind !== 'manual') goTo({ kind: 'manual', found, why: null });
    },
    /** A server that has to be confirmed before a password is sent to it. */
    foreign,
    confirmForeign: () => {
      setConfirmed(found?.settings.host ?? null);
    },
  };
}
