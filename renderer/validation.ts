/**
 * Imported before anything that makes a schema: zod would otherwise try `new Function`, which the
 * page's content security policy forbids and reports.
 */
import { config } from 'zod';

config({ jitless: true });
