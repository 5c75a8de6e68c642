import { describe, expect, test } from 'vitest';

import { histogramOf } from '../../../src/engine/histogram.ts';
import { emptyMetrics, type JobMetrics, type MetricsDocument } from '../../../src/engine/metrics.ts';
import { metricsPrometheus } from '../../../src/engine/view/metrics-prometheus.ts';
import { metricsTable } from '../../../src/engine/view/metrics-table.ts';
import { judgeTargets } from '../../../src/engine/view/metrics-targets.ts';

const job = (type: string, outcomes: JobMetrics['outcomes'], seconds: readonly number[]): JobMetrics => ({
  type,
  outcomes,
  attempts: histogramOf('times', [1, 2]),
  turns: histogramOf('times', [3]),
  reworks: 1,
  duration: histogramOf('seconds', seconds),
});

const november: MetricsDocument = {
  version: 1,
  month: '2026-11',
  workflows: {
    bug: {
      conclusions: { success: 9, failure: 1 },
      resolution: histogramOf('seconds', [30, 100, 200, 200, 200, 400, 500, 3000, 90_000]),
      escalated: 2,
      escalations: { attempts: 2, 'nobody-in-role': 1 },
      cycles: histogramOf('times', [0, 0, 0, 0, 0, 0, 0, 0, 1, 2]),
      dispatches: histogramOf('times', [7, 7, 7, 7, 7, 7, 7, 7, 7, 0]),
      redispatch: histogramOf('seconds', [0, 0]),
      latency: histogramOf('ms', [40, 90, 2500]),
      stages: {
        routing: histogramOf('seconds', [3, 12]),
        dispatch: histogramOf('seconds', [4, 45, 50]),
        apply: histogramOf('seconds', [2]),
      },
      usage: { tokens: 120_000, costMicroUsd: 1_250_000 },
      jobs: {
        investigate: job('task', { success: 9, failure: 1, cancelled: 5 }, [60, 170, 400]),
        verify: job('verify', { success: 8, failure: 2 }, [10]),
      },
    },
    'ev"il\n\u001b[31m\\': {
      ...{ conclusions: { cancelled: 1 }, resolution: histogramOf('seconds', []), escalated: 0 },
      ...{ escalations: {}, cycles: histogramOf('times', [0]), dispatches: histogramOf('times', [0]) },
      ...{ redispatch: histogramOf('seconds', []), usage: { tokens: 0, costMicroUsd: 0 }, jobs: {} },
    },
  },
  waits: { ceo: histogramOf('seconds', [3600, 90_000]), 'qa-engineer': histogramOf('seconds', [5]) },
  leases: {
    queued: histogramOf('seconds', [0, 12]),
    held: histogramOf('seconds', [2, 3]),
    depth: histogramOf('times', [1, 2]),
  },
  merges: { merged: 9, authored: 9, refusals: { conflict: 1 } },
};

test('the table of a month', async () => {
  await expect(`${metricsTable(november)}\n`).toMatchFileSnapshot('golden/metrics.txt');
});

test('the table of a month in which nothing ended', async () => {
  await expect(`${metricsTable(emptyMetrics('2026-12'))}\n`).toMatchFileSnapshot('golden/metrics-empty.txt');
});

describe('targets', () => {
  const verdicts = (metrics: MetricsDocument) =>
    Object.fromEntries(judgeTargets(metrics).map(({ name, verdict }) => [name, verdict]));

  test('where nothing was measured there is no data', () => {
    expect(new Set(Object.values(verdicts(emptyMetrics('2026-12'))))).toEqual(
      new Set(['no data', 'not measured']),
    );
  });

  test('what no roll-up can tell says what shows it instead', () => {
    const others = judgeTargets(november).filter(({ verdict }) => verdict === 'not measured');
    expect(others.map(({ name }) => name)).toContain('simultaneous commits');
    expect(others.filter(({ reason }) => reason === undefined)).toEqual([]);
  });

  test('shares of runs are those of runs that nobody called', () => {
    const { bug, ...others } = november.workflows;
    if (bug === undefined) throw new Error('there is no bug');
    const called = { ...bug, conclusions: { failure: 10 }, escalated: 9, called: 10 };
    const with10 = { ...november, workflows: { ...others, bug, 'a-part': called } };
    const of = (metrics: MetricsDocument, name: string) =>
      judgeTargets(metrics).find((one) => one.name === name)?.measured;
    for (const name of ['runs that end in success', 'runs escalated', 'cycles per run'])
      expect(of(with10, name)).toBe(of(november, name));
  });

  test.each<[name: string, measured: string, verdict: string]>([
    ['time to resolution of bugs', '300 s', 'met'],
    ['runs that end in success', '81.8 %', 'met'],
    ['root cause found', '90 %', 'met'],
    ['fixes that verify', '80 %', 'missed'],
    ['runs escalated', '18.2 %', 'missed'],
    ['cycles per run', '0.3', 'met'],
    ['turns that found a holder of their role', '98.4 %', 'met'],
    ['dispatches per bug', '6.3', 'met'],
    ['turns of an attempt, at most', '3', 'met'],
    ['filed to routed', '5 s', 'met'],
    ['routed to dispatched', '50 s', 'missed'],
    ['investigation', '180 s', 'met'],
    ['approved to begun', '2 s', 'met'],
    ['redispatch', '100 ms', 'met'],
    ['longest wait for the CEO', '90000 s', 'missed'],
    ['longest commit lease', '3 s', 'met'],
    ['commits in the queue', '2', 'met'],
    ['wait for the lease, per commit', '6 s', 'missed'],
    ['merges refused for a conflict', '10 %', 'missed'],
    ['commits that name who made the change', '100 %', 'met'],
  ])('%s: %s is %s', (name, measured, verdict) => {
    expect(judgeTargets(november).find((one) => one.name === name)).toMatchObject({ measured, verdict });
  });
});

describe("Prometheus' text format", () => {
  const text = metricsPrometheus(november);
  const lines = text.split('\n').slice(0, -1);

  test('is what the format allows, line by line', () => {
    expect(text.endsWith('\n')).toBe(true);
    const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"`;
    const allowed = new RegExp(
      String.raw`^(?:# HELP treadle_[a-z_]+ \S.*|# TYPE treadle_[a-z_]+ (?:counter|histogram)|treadle_[a-z_]+\{${label}(?:,${label})*\} \d+(?:\.\d+)?)$`,
    );
    expect(lines.filter((line) => !allowed.test(line))).toEqual([]);
  });

  test('has each family once, its type before its samples', () => {
    const declared: string[] = [];
    for (const line of lines) {
      const family = /^# TYPE (\S+)/.exec(line)?.[1];
      if (family !== undefined) {
        expect(declared).not.toContain(family);
        declared.push(family);
      } else if (!line.startsWith('#')) {
        const name = /^[a-z_]+/.exec(line)?.[0].replace(/_(?:bucket|sum|count)$/, '');
        expect(declared.at(-1)).toBe(name);
      }
    }
  });

  test('no sample comes twice, and buckets grow up to the count', () => {
    const keys = lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/ \S+$/, ''));
    expect(new Set(keys).size).toBe(keys.length);
    const held = lines.filter((line) => line.startsWith('treadle_commit_held_seconds'));
    expect(held.map((line) => Number(/\S+$/.exec(line)?.[0]))).toEqual([
      0,
      ...Array<number>(12).fill(2),
      5,
      2,
    ]);
  });

  test('of an empty month is valid, too', () => {
    expect(metricsPrometheus(emptyMetrics('2026-12'))).toContain(
      'treadle_commit_held_seconds_count{month="2026-12"} 0\n',
    );
  });
});
