import { describeForgeContract } from './contract.ts';
import { openLocalHost } from './local-host.ts';

describeForgeContract('GitHub adapter over the local server', () => openLocalHost());
