import { runSpecialist } from './lib/specialist.mjs';

await runSpecialist('backend-engineer');
