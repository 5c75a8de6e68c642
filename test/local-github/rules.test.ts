import { describe, expect, it } from 'vitest';

import { closedNumbers } from '../../src/local-github/pulls/closing-keywords.ts';
import { writeZip } from '../../src/local-github/rest/write-zip.ts';
import { fillRunName } from '../../src/local-github/workflows/fill-run-name.ts';
import { answersTo, type EventFacts, matchesGlob } from '../../src/local-github/workflows/match-trigger.ts';
import { readWorkflowFile } from '../../src/local-github/workflows/workflow-file.ts';

describe('workflow triggers', () => {
  const facts: EventFacts = {
    name: 'push',
    action: null,
    ref: null,
    branch: null,
    workflow: null,
    files: [],
  };
  it.each([
    { on: 'push', event: { ref: 'refs/heads/x' }, answers: true },
    { on: '[issues, push]', event: { ref: 'refs/tags/v1' }, answers: true },
    { on: '{ push: { branches: [main] } }', event: { ref: 'refs/heads/main' }, answers: true },
    { on: '{ push: { branches: [main] } }', event: { ref: 'refs/tags/main' }, answers: false },
    { on: '{ push: { tags: ["v*"] } }', event: { ref: 'refs/heads/v1' }, answers: false },
    { on: '{ push: { tags: ["v*"] } }', event: { ref: 'refs/tags/v1' }, answers: true },
    { on: '{ push: { branches: ["**", "!wip/**"] } }', event: { ref: 'refs/heads/wip/a' }, answers: false },
    { on: '{ push: { branches-ignore: ["wip/**"] } }', event: { ref: 'refs/heads/wip/a' }, answers: false },
    {
      on: '{ push: { paths: ["src/**"] } }',
      event: { ref: 'refs/heads/x', files: ['docs/a', 'src/b/c'] },
      answers: true,
    },
    {
      on: '{ push: { paths-ignore: ["docs/**"] } }',
      event: { ref: 'refs/heads/x', files: ['docs/a'] },
      answers: false,
    },
    { on: 'pull_request', event: { name: 'pull_request', action: 'opened' }, answers: true },
    { on: 'pull_request', event: { name: 'pull_request', action: 'labeled' }, answers: false },
    {
      on: '{ pull_request: { types: [labeled] } }',
      event: { name: 'pull_request', action: 'labeled' },
      answers: true,
    },
    {
      on: '{ pull_request: { branches: [main] } }',
      event: { name: 'pull_request', action: 'opened', branch: 'next' },
      answers: false,
    },
    { on: 'issues', event: { name: 'issues', action: 'labeled' }, answers: true },
    { on: '{ issues: { types: opened } }', event: { name: 'issues', action: 'labeled' }, answers: false },
    {
      on: '{ workflow_run: { workflows: [CI] } }',
      event: { name: 'workflow_run', action: 'completed', workflow: 'CI' },
      answers: true,
    },
    {
      on: '{ workflow_run: { workflows: [CI] } }',
      event: { name: 'workflow_run', action: 'completed', workflow: 'X' },
      answers: false,
    },
    {
      on: '{ repository_dispatch: { types: [a] } }',
      event: { name: 'repository_dispatch', action: 'b' },
      answers: false,
    },
  ])('on: $on with $event: $answers', ({ on, event, answers }) => {
    const file = readWorkflowFile('x.yml', `on: ${on}\njobs: {}\n`);
    expect(file === null ? null : answersTo(file, { ...facts, ...event })).toBe(answers);
  });

  it.each([
    { pattern: 'a*', name: 'a/b', matches: false },
    { pattern: '**/b', name: 'b', matches: true },
    { pattern: '**/b', name: 'x/y/b', matches: true },
    { pattern: 'v[12].[0-9]+', name: 'v1.23', matches: true },
    { pattern: 'a.b', name: 'axb', matches: false },
    { pattern: '*.jsx?', name: 'page.js', matches: true },
    { pattern: '[', name: '[', matches: true },
  ])('$pattern matches $name: $matches', ({ pattern, name, matches }) => {
    expect(matchesGlob(pattern, name)).toBe(matches);
  });

  it.each(['', 'jobs: {}', '- on', 'on: [', 'text'])('“%s” is no workflow', (text) => {
    expect(readWorkflowFile('x.yml', text)).toBeNull();
  });
});

describe('small rules', () => {
  it.each([
    { text: 'Fixes #1, closes: #2 and resolved ACME/site#3', numbers: [1, 2, 3] },
    { text: 'fixes #1\nfixes #1', numbers: [1] },
    { text: 'fixes other/site#4, fixes#5, fixing #6, #7', numbers: [] },
  ])('$text', ({ text, numbers }) => {
    expect(closedNumbers(text, 'acme/site')).toEqual(numbers);
  });

  it.each([
    { template: 'run ${{ inputs.id }}', name: 'run 7' },
    { template: '${{github.event.issue.number}} of ${{ github.actor }}', name: '3 of' },
    { template: '${{ inputs.none }}${{ inputs.constructor }}', name: '' },
  ])('run-name $template', ({ template, name }) => {
    expect(fillRunName(template, { inputs: { id: 7 }, issue: { number: 3 } })).toBe(name);
  });

  it('writes zip archives byte for byte as others read them', () => {
    // Read back once by Python's zipfile, which found both files and no wrong checksum.
    const golden =
      'UEsDBBQAAAgAAAAAIQCsKpPYAgAAAAIAAAAIAAAAYS/DpC50eHRoaVBLAwQUAAAIAAAAACEAAAAAAAAAAAAAAAAABQAAAGVtcHR5UEsBAhQAFAAACAAAAAAhAKwqk9gCAAAAAgAAAAgAAAAAAAAAAAAAAAAAAAAAAGEvw6QudHh0UEsBAhQAFAAACAAAAAAhAAAAAAAAAAAAAAAAAAUAAAAAAAAAAAAAAAAAKAAAAGVtcHR5UEsFBgAAAAACAAIAaQAAAEsAAAAAAA==';
    expect(Buffer.from(writeZip({ 'a/ä.txt': 'hi', empty: '' })).toString('base64')).toBe(golden);
  });
});
