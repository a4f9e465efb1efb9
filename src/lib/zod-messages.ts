import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

// zod/mini brings no words of its own: without these a caller would read "Invalid input" of every field.
config(english());
