/** Cases that are right and fail, by file and id, each with the reason. docs/conformance.md says the same in words. */
export const expectedFailures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'job-graph.json': {
    'outputs of a job that failed':
      'the simulation plays jobs with steps as jobs of agents, whose failed attempts have no outputs',
  },
};
