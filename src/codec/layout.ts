import { sha256, type Sha256 } from '../base/digest.ts';
import { jobOf, legIndexOf } from '../workflow/leg.ts';
import type { Address } from './address.ts';

/**
 * Where everything is on the state branch.
 *
 * `runs/…/<run>/run.json` · `runs/…/<run>/jobs/…/<job>.json` · `runs/…/<run>/jobs/…/<job>.legs/…/<index>.json` · `runs/…/<run>/blobs/…/<sha256>` · `definitions/…/<sha256>.json` ·
 * `config/…/<sha256>.json` · `queues/commit/…/<base>.json` · `groups/…/<sha256>.json` · `inbox/…/<event>.json` ·
 * `deadlines/<hour>/…/<entry>.json` · `index/<what>/…/<key>.json` · `metrics/…/<yyyy-mm>.json` · `decisions/<run>/<file>.md` ·
 * `meter.json` · `healing.json` · `cursor.json` · `treadle.json`
 */
export const layout = {
  root: ['treadle.json'] satisfies Address,
  meter: ['meter.json'] satisfies Address,
  cursor: ['cursor.json'] satisfies Address,
  sinces: ['index', 'since'] satisfies Address,
  /** How far facts have been read, by the name alone: `2026-11-22T16-05-00Z`, as names have no colons everywhere. */
  sinceIndex: (since: string): Address => ['index', 'since', { entry: `${since.replaceAll(':', '-')}.json` }],
  runs: ['runs'] satisfies Address,
  runFolder: (run: string): Address => ['runs', { entry: run }],
  run: (run: string): Address => ['runs', { entry: run }, 'run.json'],
  blobs: (run: string): Address => ['runs', { entry: run }, 'blobs'],
  jobs: (run: string): Address => ['runs', { entry: run }, 'jobs'],
  /** Of a job, or of a leg, which has its place in the folder of its job's legs. */
  job: (run: string, id: string): Address => {
    const index = legIndexOf(id);
    return index === null
      ? ['runs', { entry: run }, 'jobs', { entry: `${id}.json` }]
      : [...layout.legs(run, jobOf(id)), { entry: `${index}.json` }];
  },
  legs: (run: string, job: string): Address => ['runs', { entry: run }, 'jobs', { entry: `${job}.legs` }],
  blob: (run: string, digest: Sha256): Address => ['runs', { entry: run }, 'blobs', { entry: digest }],
  definitions: ['definitions'] satisfies Address,
  definition: (digest: Sha256): Address => ['definitions', { entry: `${digest}.json` }],
  configs: ['config'] satisfies Address,
  config: (digest: Sha256): Address => ['config', { entry: `${digest}.json` }],
  queues: ['queues', 'commit'] satisfies Address,
  queue: (base: string): Address => ['queues', 'commit', { entry: `${encodeURIComponent(base)}.json` }],
  groups: ['groups'] satisfies Address,
  /** `key` is the group's name in small letters. */
  group: (key: string): Address => ['groups', { entry: `${sha256(key)}.json` }],
  inbox: ['inbox'] satisfies Address,
  inboxEvent: (event: string): Address => ['inbox', { entry: `${event}.json` }],
  deadlines: ['deadlines'] satisfies Address,
  deadlineHour: (hour: string): Address => ['deadlines', hour],
  deadline: (at: string, run: string, kind: string, job: string): Address => [
    'deadlines',
    hourOf(at),
    { entry: `${run}.${job}.${kind}.json` },
  ],
  issueIndex: (issue: number): Address => ['index', 'issue', { entry: `${issue}.json` }],
  notices: ['index', 'notice'] satisfies Address,
  notice: (issue: number): Address => ['index', 'notice', { entry: `${issue}.json` }],
  pulls: ['index', 'pull'] satisfies Address,
  /** One for each that waits on it: several gates may wait on the same pull request. */
  pullIndex: (pull: number, run: string, job: string): Address => [
    'index',
    'pull',
    { entry: `${pull}.${run}.${job}.json` },
  ],
  dispatchIndex: (dispatch: string): Address => ['index', 'dispatch', { entry: `${dispatch}.json` }],
  /** Dispatches whose answer is looked for on the forge. */
  answers: ['index', 'answer'] satisfies Address,
  answerIndex: (dispatch: string): Address => ['index', 'answer', { entry: `${dispatch}.json` }],
  /** Merges that wait for checks. */
  checks: ['index', 'checks'] satisfies Address,
  checksIndex: (run: string, job: string): Address => ['index', 'checks', { entry: `${run}.${job}.json` }],
  outboxes: ['index', 'outbox'] satisfies Address,
  outboxIndex: (run: string): Address => ['index', 'outbox', { entry: `${run}.json` }],
  finishedRuns: ['index', 'finished'] satisfies Address,
  finishedIndex: (run: string): Address => ['index', 'finished', { entry: `${run}.json` }],
  fingerprintIndex: (fingerprint: Sha256): Address => [
    'index',
    'fingerprint',
    { entry: `${fingerprint}.json` },
  ],
  healing: ['healing.json'] satisfies Address,
  metrics: ['metrics'] satisfies Address,
  /** The roll-up of a month, `2026-11`. */
  monthlyMetrics: (month: string): Address => ['metrics', { entry: `${month}.json` }],
  /** `path` is `decisions/<run>/<job>-<attempt>.md`: the same path as in the pull request that was reviewed. */
  decision: (path: string): Address => path.split('/'),
};

/** The time that a name in `layout.sinces` tells, or undefined where it tells none. */
export function sinceOf(name: string): string | undefined {
  const [, day, hour, minute, second] =
    /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d(?:\.\d+)?)Z\.json$/.exec(name) ?? [];
  return day === undefined ? undefined : `${day}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`;
}

/** The folder a deadline falls into: `2026-11-22T16`, the hour in UTC. */
export function hourOf(at: string): string {
  return at.slice(0, 13);
}
