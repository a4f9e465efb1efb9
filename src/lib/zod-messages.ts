import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

// zod/mini has no messages of its own: without these every field would be "Invalid input".
config(english());
