import { z } from 'zod';

// For a host that may be over in a moment: to turn each schema into code takes longer than all that a small backup checks
// with it. To be loaded before any module that makes a schema.
z.config({ jitless: true });
