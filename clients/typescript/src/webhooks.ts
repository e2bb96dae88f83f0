import type { Change } from './generated/types.gen.js';

/** The data of the event co.clausea.change.v1. */
export interface ChangeEventData extends Omit<Change, 'review'> {
  /** The cached data that the change makes outdated: company:NAME and document:ID. */
  tags: string[];
}

/** The data of the event co.clausea.ping.v1, which a new webhook receives. */
export interface PingEventData {
  webhookID: string;
  name: string;
}

/**
 * The body of a webhook: a CloudEvent 1.0. Verify its signature before you read it, for example
 * with the package standardwebhooks.
 */
export type ClauseaEvent = {
  specversion: '1.0';
  /** The same as the header field webhook-id, and the same for every attempt. */
  id: string;
  source: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
} & ({ type: 'co.clausea.change.v1'; data: ChangeEventData } | { type: 'co.clausea.ping.v1'; data: PingEventData });
