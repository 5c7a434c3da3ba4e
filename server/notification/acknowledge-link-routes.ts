// GET and POST /a/{token}: the page behind a link in a message. It needs no sign-in: the link is the proof. Not part of the API's description.
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AcknowledgeByLink, LinkedAlarm, LinkState } from './acknowledge-by-link.ts';
import { acknowledgePage, acknowledgePagePolicy, type PageAlarm, type PageContent } from './acknowledge-page.ts';
import type { ContactBook } from './contact-book.ts';
import { localizedFacts, timeText } from './message-composer.ts';
import { type FindAlarm, factsOf } from './subject-facts.ts';

const statusOf: Readonly<Record<(LinkState & { kind: 'refused' })['reason'], number>> = {
  invalid: 404,
  expired: 410,
  used: 410,
  superseded: 409,
  personDisabled: 403,
  notPermitted: 403,
  alreadyAcknowledged: 409,
  setAside: 409,
  nothingToAcknowledge: 409,
  busy: 409,
};

export function acknowledgeLinkRoutes(options: {
  readonly plant: Plant;
  readonly links: AcknowledgeByLink;
  readonly contacts: ContactBook;
  readonly access: AccessControl;
  readonly findAlarm: FindAlarm;
}): FastifyPluginAsync {
  const { plant, links, contacts, access } = options;

  async function answer(request: FastifyRequest, reply: FastifyReply, state: LinkState, comment: string): Promise<FastifyReply> {
    const username = state.kind === 'refused' ? state.username : state.person.username;
    const language = (username === null ? null : await contacts.contactOf(username))?.language ?? acceptedLanguage(request);
    const content = await contentOf(state, comment);
    // An old link is no window into the plant.
    const isShown = state.kind !== 'refused' || state.reason !== 'expired';
    return reply
      .code(statusOfState(state))
      .headers({
        'content-security-policy': acknowledgePagePolicy,
        'cache-control': 'no-store',
        // The address is a secret: it goes to no other site. To this one it goes, or the browser would send no origin with the form.
        'referrer-policy': 'same-origin',
        'x-robots-tag': 'noindex, nofollow',
      })
      .type('text/html; charset=utf-8')
      .send(acknowledgePage(language, content, isShown && state.alarm !== null ? pageAlarm(state.alarm, language) : null));
  }

  async function contentOf(state: LinkState, comment: string): Promise<PageContent> {
    const zone = plant.company.timeZone;
    switch (state.kind) {
      case 'open':
        return {
          kind: 'form',
          personName: state.person.displayName,
          validUntil: timeText(state.expiresAtMs, zone),
          needsComment: state.needsComment,
          comment,
          lacksComment: state.lacksComment,
        };
      case 'done':
        return {
          kind: 'done',
          personName: state.person.displayName,
          acknowledgedAt: timeText(state.alarm.record.acknowledgedAtMs ?? 0, zone),
        };
      case 'refused': {
        const record = state.alarm?.record ?? null;
        const by = record?.acknowledgedBy ?? null;
        const isTold = state.reason === 'alreadyAcknowledged' || state.reason === 'used';
        return {
          kind: 'refused',
          reason: state.reason,
          acknowledged:
            isTold && by !== null && record?.acknowledgedAtMs != null
              ? { by: (await access.person(by))?.displayName ?? by, at: timeText(record.acknowledgedAtMs, zone) }
              : null,
        };
      }
    }
  }

  function pageAlarm({ definition, record }: LinkedAlarm, language: Language): PageAlarm {
    const stationId = plant.stations[definition.stationIndex]?.id ?? '';
    const subject = { kind: 'alarm', alarmId: definition.id, occurrenceId: record.occurrenceId ?? '', stationId } as const;
    const { publicUrl } = plant.notifications;
    return {
      priority: definition.priority,
      title: definition.message[language],
      facts: localizedFacts(factsOf(subject, plant, options.findAlarm), language, plant.company.timeZone).filter(
        ({ name }) => name !== 'alarm',
      ),
      url: publicUrl === undefined ? null : `${publicUrl}/alarms/${encodeURIComponent(definition.id)}`,
    };
  }

  const limited = { config: { rateLimit: { max: 60, timeWindow: 60_000 } }, schema: { hide: true } };
  return async (app) => {
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 16_384 }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    );
    app.get<{ Params: { token: string } }>('/a/:token', limited, async (request, reply) =>
      answer(request, reply, await links.look(request.params.token), ''),
    );
    app.post<{ Params: { token: string } }>('/a/:token', limited, async (request, reply) => {
      const given = request.body instanceof URLSearchParams ? (request.body.get('comment') ?? '') : '';
      const comment = given.trim().slice(0, 1_000);
      return answer(request, reply, await links.use(request.params.token, comment === '' ? null : comment), comment);
    });
  };
}

function statusOfState(state: LinkState): number {
  if (state.kind === 'refused') return statusOf[state.reason];
  return state.kind === 'open' && state.lacksComment ? 422 : 200;
}

function acceptedLanguage(request: FastifyRequest): Language {
  return /^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'zh';
}
