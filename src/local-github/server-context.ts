import type { Database } from './data/database.ts';

/** What every part of the server works with. */
export interface ServerContext {
  readonly database: Database;
  /** `http://127.0.0.1:PORT`, without a final slash. */
  readonly url: () => string;
  /** The time, ISO 8601 in UTC with a resolution of one second, as GitHub gives times. */
  readonly now: () => string;
  /** Runs the tasks of one repository one after the other. */
  readonly exclusively: <T>(repository: { readonly fullName: string }, task: () => Promise<T>) => Promise<T>;
  /** Sends a request to a webhook once what has happened so far is durable; nobody waits for it. */
  readonly deliver: (delivery: () => Promise<void>) => void;
  /** Requests an hour for each token; further ones are refused as GitHub refuses them. */
  readonly requestsPerHour: number;
  readonly directory: string;
}
