export * from './generated/index.js';
export { createClient, createConfig, type Client, type Config } from './generated/client/index.js';
export { createClauseaClient, type ClauseaOptions } from './client.js';
export { allItems, type ListPage } from './paging.js';
export { follow, followChanges, followCrawl, StreamError, type FollowOptions, type FollowedEvent } from './follow.js';
export { parseEvents, type ServerSentEvent } from './sse.js';
export { type ChangeEventData, type ClauseaEvent, type PingEventData } from './webhooks.js';
