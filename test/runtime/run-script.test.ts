/** How a step is ended that does not end itself. @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { startScript } from '../../src/runtime/steps/run-script.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** Runs a shell script, and tells when it has printed a line. */
function start(lines: string, timeoutMs: number | null = null) {
  const stop = new AbortController();
  let printed = '';
  let heard = (): void => undefined;
  const running = startScript(
    {
      program: 'sh',
      args: ['-c', lines],
      cwd: '/',
      env: { PATH: process.env['PATH'] },
      timeoutMs,
      print: (text) => {
        printed += text;
        heard();
      },
    },
    stop.signal,
  );
  const says = async (line: string): Promise<void> => {
    while (!printed.includes(`${line}\n`)) await new Promise<void>((resolve) => (heard = resolve));
  };
  return { stop, running, says, printed: () => printed };
}

const STUBBORN = `trap 'echo INT' INT; trap 'echo TERM' TERM; echo ready; while :; do sleep 0.02; done`;

describe('a step that is called off', () => {
  test('is interrupted, terminated after 7.5 seconds, and killed after 2.5 more', async () => {
    const { stop, running, says, printed } = start(STUBBORN);
    await says('ready');
    stop.abort();
    await says('INT');
    vi.advanceTimersByTime(7_499);
    expect(printed()).not.toContain('TERM');
    vi.advanceTimersByTime(1);
    await says('TERM');
    vi.advanceTimersByTime(2_500);
    expect(await running.ended).toEqual({ kind: 'stopped' });
  });

  test('is over as soon as it ends itself', async () => {
    const { stop, running, says } = start(`trap 'exit 0' INT; echo ready; while :; do sleep 0.02; done`);
    await says('ready');
    stop.abort();
    expect(await running.ended).toEqual({ kind: 'stopped' });
  });

  test('or whose time is over', async () => {
    const { running, says } = start('echo ready; exec sleep 600', 60_000);
    await says('ready');
    vi.advanceTimersByTime(60_000);
    expect(await running.ended).toEqual({ kind: 'timed-out' });
  });
});
