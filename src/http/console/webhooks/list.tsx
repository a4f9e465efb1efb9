import { type Refusal, statusOf } from '../../../errors.ts';
import type { WebhookEndpoint } from '../../../store/webhook-endpoints.ts';
import { endpointContext, endpointsOf, registerEndpoint } from '../../../webhooks/endpoints.ts';
import { validate } from '../../body.ts';
import { CreateBody } from '../../rest/webhook-endpoints.ts';
import type { FormFields } from '../form-fields.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm } from '../parts/form.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { Secret } from '../parts/secret.tsx';
import { type Column, Empty, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { shell } from '../shell.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { bodyOf, type EndpointDraft, EndpointFields, endpointFrom, freshEndpoint } from './endpoint-form.tsx';
import { eventsOf, stateOf } from './words.ts';

const path = '/console/webhooks';

/** The visitor as who manages its own merchant’s endpoints. */
export const contextOf = ({ c, caller }: MerchantVisit) =>
  endpointContext(c.env, c.get('config'), caller, c.get('now'));

const columnsOf = (visit: MerchantVisit): Column<WebhookEndpoint>[] => {
  const zone = visit.caller.merchant.timeZone ?? 'UTC';
  const now = visit.c.get('now');
  return [
    {
      name: 'Endpoint',
      cell: (endpoint) => (
        <>
          <a class="main-link" href={`${path}/${endpoint.id}`}>
            {endpoint.url}
          </a>
          {endpoint.description ? <div class="soft small">{endpoint.description}</div> : null}
        </>
      ),
    },
    {
      name: 'State',
      cell: (endpoint) => <Badge tone={stateOf(endpoint).tone}>{stateOf(endpoint).text}</Badge>,
    },
    { name: 'Events', cell: eventsOf },
    { name: 'Added', number: true, cell: ({ createdAt }) => <Time at={createdAt} zone={zone} now={now} /> },
  ];
};

const Add = () => (
  <a class="button" href={`${path}/new`}>
    Add an endpoint
  </a>
);

/** `/console/webhooks`: where this merchant hears of events. */
export async function webhookList(visit: MerchantVisit): Promise<Response> {
  const endpoints = await endpointsOf(contextOf(visit));
  return shell(
    visit,
    {
      title: 'Webhooks',
      about: 'Where your server hears of what happens.',
      actions: may(visit, 'webhooks:manage') ? <Add /> : null,
    },
    <Panel plain>
      <Table
        label="Webhook endpoints"
        columns={columnsOf(visit)}
        rows={endpoints}
        empty={
          <Empty title="No endpoints yet">
            <p>Add a URL of your server, and it is told when a Paylink is sent, delivered, opened or paid.</p>
            {may(visit, 'webhooks:manage') ? <Add /> : null}
          </Empty>
        }
      />
    </Panel>,
  );
}

function newForm(visit: MerchantVisit, draft: EndpointDraft, refused: Refusal | null): Promise<Response> {
  return shell(
    visit,
    {
      title: 'Add an endpoint',
      above: { name: 'Webhooks', path },
      status: refused ? statusOf[refused.code] : 200,
    },
    <div class="narrow">
      {refused ? <Refused refusal={refused} title="It was not added." /> : null}
      <Panel>
        <ActionForm visit={visit} action={`${path}/new`} label="Add an endpoint">
          <EndpointFields draft={draft} errors={refused?.errors} />
          <div class="row">
            <button class="button" type="submit">
              Add
            </button>
            <a href={path}>Back</a>
          </div>
        </ActionForm>
      </Panel>
    </div>,
  );
}

/** `/console/webhooks/new`. */
export const showNewEndpoint = (visit: MerchantVisit): Promise<Response> => newForm(visit, freshEndpoint, null);

/** Adds an endpoint. Only this answer shows its secret. */
export async function addEndpoint(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const draft = endpointFrom(form);
  const checked = validate(CreateBody, bodyOf(draft), 'form');
  if (checked.kind === 'refused') return newForm(visit, draft, checked.refusal);
  const made = await registerEndpoint(contextOf(visit), checked.value);
  if (made.kind === 'refused') return newForm(visit, draft, made.refusal);
  return shell(
    visit,
    { title: 'The endpoint is added', above: { name: 'Webhooks', path } },
    <Secret
      name="Signing secret"
      secret={made.secret}
      next={{ name: 'To the endpoint', path: `${path}/${made.endpoint.id}` }}
    >
      Your server verifies with it that an event is from here.
    </Secret>,
  );
}
