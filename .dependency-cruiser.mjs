/** The layers of docs/architecture.md: imports go down only, siblings on one row never import each other. */
const rows = [
  ['base'],
  ['expression'],
  ['workflow'],
  ['engine'],
  ['codec', 'conformance'],
  ['beads', 'loom'],
  ['store', 'forge'],
  ['runtime'],
  ['action', 'cli', 'server'],
];

const layerRules = rows.flatMap((row, index) =>
  row.map((layer) => {
    const below = rows.slice(0, index).flat();
    const allowed = [layer, ...below].join('|');
    // Only an entry point's wire.ts names adapters, so only it may reach past the ports.
    return {
      name: `layer-${layer}`,
      comment: `src/${layer} may import itself and the rows below it only`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed})/` },
    };
  }),
);

export default {
  forbidden: [
    ...layerRules,
    {
      name: 'adapters-only-in-wire',
      comment: 'Only wire.ts of an entry point names adapters',
      severity: 'error',
      from: { path: '^src/(runtime|action|cli|server)/', pathNot: '^src/(action|cli|server)/wire\\.ts$' },
      to: { path: '^src/(store/(git|http)|forge/github)/' },
    },
    {
      name: 'local-github-stands-alone',
      comment: 'The local server imports base only',
      severity: 'error',
      from: { path: '^src/local-github/' },
      to: { path: '^src/', pathNot: '^src/(local-github|base)/' },
    },
    {
      name: 'nobody-imports-local-github',
      comment: 'The local server is a process of its own',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/local-github/' },
      to: { path: '^src/local-github/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
