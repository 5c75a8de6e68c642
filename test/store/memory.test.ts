import { createMemoryStore } from '../../src/store/memory.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('the memory store', () => {
  const store = createMemoryStore();
  return Promise.resolve({ open: () => Promise.resolve(store), close: () => Promise.resolve() });
});
