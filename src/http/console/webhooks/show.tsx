import { type Refusal, statusOf } from '../../../errors.ts';
import type { WebhookAttempt } from '../../../store/webhook-attempts.ts';
import type { WebhookEndpoint } from '../../../store/webhook-endpoints.ts';
import { readEndpoint } from '../../../webhooks/endpoints.ts';
import { attemptsOf } from '../../../webhooks/replay.ts';
import { nextCursor, parseCursor } from '../../rest/paging.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm, Field } from '../parts/form.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { type Column, Empty, Paging, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { shell } from '../shell.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { type EndpointDraft, EndpointFields } from './endpoint-form.tsx';
import { contextOf } from './list.tsx';
import { errorText, stateOf, whyOff } from './words.ts';

const ROWS = 25;
export const endpointPath = (id: string) => `/console/webhooks/${id}`;

export type NotDone = { title: string; refusal: Refusal; draft?: EndpointDraft } | null;

const draftOf = (endpoint: WebhookEndpoint): EndpointDraft => ({
  url: endpoint.url,
  description: endpoint.description ?? '',
  all: endpoint.eventTypes.includes('*'),
  eventTypes: endpoint.eventTypes,
  format: endpoint.format,
  includeChildren: endpoint.includeChildren,
});

const columnsOf = (visit: MerchantVisit, endpoint: WebhookEndpoint): Column<WebhookAttempt>[] => {
  const zone = visit.caller.merchant.timeZone ?? 'UTC';
  const now = visit.c.get('now');
  return [
    {
      name: 'Event',
      cell: ({ eventType, paylinkId }) => (
        <>
          <code>{eventType ?? 'forgotten'}</code>
          {paylinkId ? (
            <div class="small">
              <a href={`/console/paylinks/${paylinkId}`}>Paylink</a>
            </div>
          ) : null}
        </>
      ),
    },
    { name: 'At', number: true, cell: ({ attemptedAt }) => <Time at={attemptedAt} zone={zone} now={now} /> },
    {
      name: 'Answer',
      cell: ({ outcome, statusCode, error, answer, attempt, durationMs }) => (
        <>
          <Badge tone={outcome === 'delivered' ? 'good' : 'bad'}>
            {statusCode ?? (error ? errorText(error) : outcome)}
          </Badge>{' '}
          <span class="soft small">
            try {attempt}, {durationMs} ms
          </span>
          {answer ? (
            <details class="small">
              <summary>Body</summary>
              <pre>{answer}</pre>
            </details>
          ) : null}
        </>
      ),
    },
    {
      name: '',
      number: true,
      cell: ({ deliveryId, eventType }) =>
        eventType === null || endpoint.disabledAt !== null || !may(visit, 'webhooks:manage') ? null : (
          <ActionForm visit={visit} action={`${endpointPath(endpoint.id)}/replay`} class="inline">
            <input type="hidden" name="deliveryId" value={deliveryId} />
            <button class="button quiet small" type="submit">
              Send again<span class="out"> {eventType}</span>
            </button>
          </ActionForm>
        ),
    },
  ];
};

/** `/console/webhooks/{id}`: one endpoint, and what it answered. */
export const showEndpoint = (visit: MerchantVisit): Promise<Response> => endpointPage(visit, null);

/** The page of an endpoint, with what was asked on it and not done. */
export async function endpointPage(visit: MerchantVisit, notDone: NotDone): Promise<Response> {
  const id = visit.params.endpointId ?? '';
  const cursor = parseCursor(visit.c.req.query('cursor'));
  const after = cursor?.id;
  const [found, attempts] = await Promise.all([
    readEndpoint(contextOf(visit), id),
    attemptsOf(contextOf(visit), id, { limit: ROWS, after }),
  ]);
  if (found.kind === 'refused' || attempts.kind === 'refused') return noSuchEndpoint(visit);
  const { endpoint } = found;
  const { text, tone } = stateOf(endpoint);
  const last = attempts.page.at(-1);
  const older = nextCursor(attempts.more, last && { at: last.attemptedAt, id: last.id });
  return shell(
    visit,
    {
      title: new URL(endpoint.url).host,
      status: notDone ? statusOf[notDone.refusal.code] : 200,
      above: { name: 'Webhooks', path: '/console/webhooks' },
      about: (
        <span class="row">
          <Badge tone={tone}>{text}</Badge>
          <span>{endpoint.url}</span>
        </span>
      ),
      actions:
        endpoint.disabledAt === null && may(visit, 'webhooks:manage') ? (
          <Do visit={visit} endpoint={endpoint} what="test" name="Send a test" />
        ) : null,
    },
    <>
      {notDone ? <Refused refusal={notDone.refusal} title={notDone.title} /> : null}
      <State visit={visit} endpoint={endpoint} />
      <Panel title="What it answered" actions={<a href={endpointPath(id)}>Refresh</a>} plain>
        <Table
          label="Attempts"
          columns={columnsOf(visit, endpoint)}
          rows={attempts.page}
          empty={
            <Empty title="Nothing was sent yet">
              <p>Attempts of the last 30 days are listed here.</p>
            </Empty>
          }
        />
        {attempts.page.length > 0 ? (
          <Paging
            text={`${attempts.page.length} attempts`}
            newer={cursor ? endpointPath(id) : null}
            older={older === null ? null : `${endpointPath(id)}?cursor=${older}`}
          />
        ) : null}
      </Panel>
      {may(visit, 'webhooks:manage') ? <Manage visit={visit} endpoint={endpoint} notDone={notDone} /> : null}
    </>,
  );
}

const Manage = ({
  visit,
  endpoint,
  notDone,
}: {
  visit: MerchantVisit;
  endpoint: WebhookEndpoint;
  notDone: NotDone;
}) => (
  <>
    <Panel title="Send events again">
      <ActionForm visit={visit} action={`${endpointPath(endpoint.id)}/replay`} label="Send events again">
        <p class="soft">
          Everything since a time, delivered or not, of the last 30 days. Each keeps its id, so that your server knows
          it.
        </p>
        <div class="pair">
          <Field
            name="since"
            label="Since"
            type="datetime-local"
            required
            hint={`Time zone: ${visit.caller.merchant.timeZone ?? 'UTC'}.`}
          />
        </div>
        <div>
          <button class="button quiet" type="submit">
            Send again
          </button>
        </div>
      </ActionForm>
    </Panel>
    <Panel title="Change">
      <ActionForm visit={visit} action={`${endpointPath(endpoint.id)}/edit`} label="Change the endpoint">
        <EndpointFields draft={notDone?.draft ?? draftOf(endpoint)} errors={notDone?.refusal.errors} />
        <div>
          <button class="button" type="submit">
            Save
          </button>
        </div>
      </ActionForm>
    </Panel>
    <Ends visit={visit} endpoint={endpoint} />
  </>
);

const Do = (props: { visit: MerchantVisit; endpoint: WebhookEndpoint; what: string; name: string }) => (
  <ActionForm visit={props.visit} action={`${endpointPath(props.endpoint.id)}/${props.what}`} class="inline">
    <button class="button quiet" type="submit">
      {props.name}
    </button>
  </ActionForm>
);

const State = ({ visit, endpoint }: { visit: MerchantVisit; endpoint: WebhookEndpoint }) => {
  const zone = visit.caller.merchant.timeZone ?? 'UTC';
  const now = visit.c.get('now');
  if (endpoint.disabledAt !== null)
    return (
      <div class="flash warn">
        <div class="form">
          <p>
            Nothing has been sent to it since <Time at={endpoint.disabledAt} zone={zone} now={now} />.{' '}
            {whyOff(endpoint)}
          </p>
          {may(visit, 'webhooks:manage') ? (
            <div>
              <Do visit={visit} endpoint={endpoint} what="enable" name="Switch on" />
            </div>
          ) : null}
        </div>
      </div>
    );
  return endpoint.failingSince === null ? null : (
    <div class="flash bad">
      <p>
        It has not taken any event since <Time at={endpoint.failingSince} zone={zone} now={now} />. Events are tried
        again for 3 days.
      </p>
    </div>
  );
};

const Ends = ({ visit, endpoint }: { visit: MerchantVisit; endpoint: WebhookEndpoint }) => (
  <Panel title="Secret and removal">
    <div class="form">
      <div class="row">
        <Do visit={visit} endpoint={endpoint} what="rotate" name="New signing secret" />
        <span class="soft small">For a day the old one signs too.</span>
      </div>
      {endpoint.disabledAt === null ? (
        <div class="row">
          <Do visit={visit} endpoint={endpoint} what="disable" name="Switch off" />
          <span class="soft small">Events of that time are not sent later.</span>
        </div>
      ) : null}
      <details>
        <summary>Remove this endpoint</summary>
        <ActionForm visit={visit} action={`${endpointPath(endpoint.id)}/remove`} label="Remove this endpoint">
          <p class="soft">Events that wait for it are not sent, and its attempts are no longer shown.</p>
          <div>
            <button class="button bad" type="submit">
              Remove for good
            </button>
          </div>
        </ActionForm>
      </details>
    </div>
  </Panel>
);

/** The 404 of an endpoint. */
export const noSuchEndpoint = (visit: MerchantVisit): Promise<Response> =>
  shell(
    visit,
    { title: 'There is no such endpoint', status: 404, above: { name: 'Webhooks', path: '/console/webhooks' } },
    <Panel plain>
      <Empty title="It is not among your endpoints" />
    </Panel>,
  );
