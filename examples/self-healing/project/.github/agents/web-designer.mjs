import { runSpecialist } from './lib/specialist.mjs';

await runSpecialist('web-designer');
